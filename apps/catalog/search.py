"""Turning names into n-grams and questions into the n-grams that must all be there. Pure.

Why not pg_trgm alone: a trigram index cannot see a word of two Chinese characters, and two characters is what most
Chinese names have (长安, 深蓝, 启源). Why not a text search configuration: PostgreSQL splits Chinese at spaces only.
So each model carries an array of grams under a GIN index, and a question is one ``@>``:

* Han: every character and every pair of neighbours. A question of two or more characters asks for its pairs.
* Latin and digits: of every word its first letter, its first two letters and all its trigrams. A question's word of
  one or two letters must begin a word; a longer one must have all its trigrams, so it is found inside words too.
* Words are taken as written (``uni-v``), without their hyphens (``univ``), and run together (``cs75plus``), and each
  Chinese name also as pinyin, by syllable, run together and by initials: ``chang an``, ``changan``, ``ca``.

A question is cut where the script changes: in "埃安UT" both 埃安 and UT must be found. Trigrams of a long word could
in theory come from two words of one name; names are so short that this has no effect worth a second check.
"""

import re
import unicodedata
from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin

HAN = "\u3400-\u9fff"
MAX_QUERY = 60
_RUN = re.compile(rf"[{HAN}]+|[0-9a-z]+")
_HAN_RUN = re.compile(rf"[{HAN}]+")


def normalise(text: str) -> str:
    """Full-width to half-width, lower case, accents off, single spaces, no longer than a search box is wide."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).lower()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(plain.split())[:MAX_QUERY]


def _han_grams(run: str, *, question: bool) -> set[str]:
    pairs = {run[i : i + 2] for i in range(len(run) - 1)}
    return pairs if question and pairs else pairs | set(run)


def _latin_grams(word: str, *, question: bool) -> set[str]:
    trigrams = {word[i : i + 3] for i in range(len(word) - 2)}
    if question:
        return trigrams or {f"^{word}"}
    return trigrams | {f"^{word[:1]}", f"^{word[:2]}"}


def _grams(runs: Iterable[str], *, question: bool) -> set[str]:
    found: set[str] = set()
    for run in runs:
        make = _han_grams if _HAN_RUN.match(run) else _latin_grams
        found |= make(run, question=question)
    return found


def _spellings(name: str) -> set[str]:
    """The words of a name in every way people type them."""
    words: set[str] = set(_RUN.findall(name))
    for part in name.split():
        words.update(_RUN.findall(re.sub(r"[^0-9a-z]+", "", part) if not _HAN_RUN.search(part) else part))
    words.update(_RUN.findall(re.sub(rf"[^0-9a-z{HAN}]+", "", name)))
    for run in _HAN_RUN.findall(name):
        syllables = lazy_pinyin(run)
        words.update(syllables)
        words.add("".join(syllables))
        words.add("".join(lazy_pinyin(run, style=Style.FIRST_LETTER)))
    return words


def document_grams(names: Iterable[str]) -> list[str]:
    """All grams of a model: its names, its brand's names and what else people call them."""
    spellings: set[str] = set()
    for name in names:
        spellings |= _spellings(unicodedata.normalize("NFKC", name).lower())
    return sorted(_grams(spellings, question=False))


def document_text(names: Iterable[str]) -> str:
    """One line of all names with pinyin, for ranking by trigrams and for "did you mean"."""
    words: dict[str, None] = {}
    for name in names:
        plain = " ".join(unicodedata.normalize("NFKC", name).lower().split())
        for word in [*plain.split(), *("".join(lazy_pinyin(run)) for run in _HAN_RUN.findall(plain))]:
            words[word] = None
    return " ".join(words)


def query_grams(words: str) -> list[str]:
    """The grams that a model must have. ``"埃安 UT"`` → ``["^ut", "埃安"]``; nothing searchable → ``[]``."""
    return sorted(_grams(_RUN.findall(normalise(words)), question=True))
