"""Numbers with check digits: orders, vehicles (ISO 3779), Chinese companies (GB 32100-2015). Pure but for randomness."""

import secrets

ORDER_DIGITS = 9
_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def new_order_number() -> str:
    """``K`` and ten digits, the last a check digit (ISO 7064 MOD 11,10): a number told by phone is heard right."""
    digits = f"{secrets.randbelow(9 * 10 ** (ORDER_DIGITS - 1)) + 10 ** (ORDER_DIGITS - 1)}"
    return f"K{digits}{mod_11_10(digits)}"


def is_order_number(text: str) -> bool:
    shaped = len(text) == ORDER_DIGITS + 2 and text[0] == "K" and text.isascii() and text[1:].isdecimal()
    return shaped and mod_11_10(text[1:-1]) == text[-1]


def mod_11_10(digits: str) -> str:
    """The check digit of ISO 7064 MOD 11,10: finds every wrong digit and nearly every swap of neighbours."""
    rest = 10
    for digit in digits:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)


def vin_check_digit(vin: str) -> str:
    """The ninth character that belongs to the other sixteen (GB 16735, ISO 3779, 49 CFR 565)."""
    total = sum(
        weight * (int(letter) if letter.isdigit() else _VIN_VALUES[letter])
        for letter, weight in zip(vin, _VIN_WEIGHTS, strict=True)
    )
    return "X" if total % 11 == 10 else str(total % 11)


def is_vin(text: str) -> bool:
    """Seventeen characters without I, O and Q, with the right check digit."""
    known = len(text) == 17 and all(letter in _VIN_VALUES or letter.isdecimal() for letter in text)
    return known and text.isascii() and vin_check_digit(text) == text[8]


def make_vin(maker: str, descriptor: str, year: str, plant: str, serial: int) -> str:
    """A VIN from its parts: maker 3, descriptor 5, model year 1, plant 1 characters, serial below a million."""
    draft = f"{maker}{descriptor}0{year}{plant}{serial:06d}"
    return draft[:8] + vin_check_digit(draft) + draft[9:]


def is_uscc(text: str) -> bool:
    """A unified social credit code with its check character: what a Chinese company is taxed under."""
    if len(text) != 18 or any(letter not in _USCC_ALPHABET for letter in text):
        return False
    return uscc_check_character(text[:-1]) == text[-1]


def uscc_check_character(body: str) -> str:
    """The eighteenth character that belongs to the seventeen before it."""
    total = sum(_USCC_ALPHABET.index(letter) * weight for letter, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[(31 - total % 31) % 31]
