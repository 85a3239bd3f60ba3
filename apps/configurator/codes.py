"""Share codes: seven random characters and a check character.

The alphabet has 31 characters, a prime, without 0, O, 1, I and L. Position i (0 to 7) has weight i + 1, and a code is
right when the weighted sum of its characters' values is 0 modulo 31. A single wrong character changes the sum by
weight × difference, two swapped ones by (difference of their weights) × (difference of their values); both factors
are smaller than the prime and not zero, so the sum cannot come out at 0 again: every such slip is found.
"""

import secrets

from django.utils.translation import gettext_lazy as _

from apps.common.errors import InvalidInput

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_PRIME = len(ALPHABET)


class WrongCode(InvalidInput):
    code = "wrong_code"
    message = _("This is not a build code. Codes have 8 letters and digits; please compare each of them.")


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
    """What a person typed, as a code: case, spaces and hyphens do not matter.

    Raises:
        WrongCode: it cannot be one, or it has a slip.
    """
    code = text.upper().translate({ord(separator): None for separator in " -\u2013\u00a0"})
    if len(code) != LENGTH or not _VALUE.keys() >= set(code) or _sum(code) % _PRIME:
        raise WrongCode(field="code")
    return code


def _sum(text: str) -> int:
    return sum((index + 1) * _VALUE[character] for index, character in enumerate(text))
