"""Share codes: seven random characters and a check character.

The alphabet has 31 characters, a prime, without 0, O, 1, I and L. Position i (0 to 7) has weight i + 1, and a code is
right when the weighted sum of its characters' values is 0 modulo 31. A single wrong character changes the sum by
weight × difference, two swapped ones by (difference of their weights) × (difference of their values); both factors
are smaller than the prime and not zero, so the sum cannot come out at 0 again: every such slip is found.
"""

import secrets
import unicodedata
from itertools import product

from django.utils.translation import gettext_lazy as _

from apps.common.errors import InvalidInput

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_PRIME = len(ALPHABET)


# What somebody may have read who types a character that no code has.
_MISREAD = {"0": "DQ", "O": "DQ", "1": "7JT", "I": "7JT", "L": "7JT"}
MOST_MISREAD = 2
_ALIKE = ("5S", "2Z", "8B", "6G", "UV", "DQ", "7T", "MN", "VY", "EF", "38", "CG")
_SEPARATORS = " -_./\u2013\u2014\u00a0"


class WrongCode(InvalidInput):
    code = "wrong_code"
    message = _("This is not a build code. Codes have 8 letters and digits; please compare each of them.")


class WrongLength(WrongCode):
    message = _("A build code has 8 letters and digits; this has %(length)s.")


class WrongCheck(WrongCode):
    message = _("One of the characters is wrong: the last one, which checks the others, does not match.")


def new_code() -> str:
    """A code that nobody can guess; whether it is free only the database knows."""
    stem = "".join(secrets.choice(ALPHABET) for _index in range(LENGTH - 1))
    return stem + check_character(stem)


def check_character(stem: str) -> str:
    """The eighth character for the first seven."""
    rest = _sum(stem) % _PRIME
    # weight 8 × value ≡ -rest, solved by the inverse of 8 modulo the prime
    return ALPHABET[-rest * pow(LENGTH, -1, _PRIME) % _PRIME]


def read_code(text: str) -> str:
    """What a person typed, as a code: case, width, spaces and hyphens do not matter.

    A character that no code has (0, O, 1, I, L) is what it was misread for, where the check character leaves one way.

    Raises:
        WrongCode: it cannot be one, or it has a slip.
    """
    code = _normal(text)
    if len(code) != LENGTH:
        raise WrongLength(field="code", extra={"length": len(code)})
    if not _VALUE.keys() | _MISREAD.keys() >= set(code):
        raise WrongCode(field="code")
    if sum(character in _MISREAD for character in code) > MOST_MISREAD:
        raise WrongCheck(field="code")
    readings = ["".join(one) for one in product(*(_MISREAD.get(character, character) for character in code))]
    right = [reading for reading in readings if _sum(reading) % _PRIME == 0]
    if len(right) != 1:
        raise WrongCheck(field="code")
    return right[0]


def near_codes(text: str) -> list[str]:
    """Codes that somebody may have meant whose own is wrong: one look-alike mistaken, or two neighbours swapped."""
    code = _normal(text)
    if len(code) != LENGTH or not _VALUE.keys() >= set(code):
        return []
    tries = [
        code[:place] + other + code[place + 1 :]
        for place, character in enumerate(code)
        for pair in _ALIKE
        if character in pair
        for other in pair.replace(character, "")
    ]
    tries += [code[:place] + code[place + 1] + code[place] + code[place + 2 :] for place in range(LENGTH - 1)]
    return sorted({one for one in tries if one != code and _sum(one) % _PRIME == 0})


def _normal(text: str) -> str:
    """Full-width characters of a Chinese keyboard are the same letters."""
    return unicodedata.normalize("NFKC", text).upper().translate({ord(mark): None for mark in _SEPARATORS})


def _sum(text: str) -> int:
    return sum((index + 1) * _VALUE[character] for index, character in enumerate(text))
