"""Answers in words that are nearly the same: a hint for the teacher, never a verdict. Pure; used by `overview.py`.

Texts are compared by their shingles (runs of a few characters) within sentences, so that spaces, punctuation and the
order of sentences do not matter. What the question itself says does not count.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

# Measured on the corpus of tests/homework/test_similarity.py: copies with changed words share from 0.57 on, independent
# answers to the same question at most 0.06.
ALIKE = 0.4
SHINGLE = {"cjk": 3, "letters": 6}
FEWEST_LETTERS = 20
MOST_PAIRS = 100
SHOWN = 80
COMPARED = 600
ENDS = re.compile(r"[。．.!！?？;；\n]+")
CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Twins:
    """Two answers, by their names, that share so much (0 to 1); `passage` is the longest that is the same in both."""

    first: str
    second: str
    share: float
    passage: str


def twins(question: str, answers: Mapping[str, str]) -> list[Twins]:
    """The pairs that are nearly the same, the most alike first; short answers are left out."""
    quoted = shingles(question)
    own = {name: shingles(answer) - quoted for name, answer in answers.items() if is_long(answer)}
    bits = _bits(own)
    alike = [
        (share, one, two)
        for one, two in combinations(sorted(own), 2)
        if (share := _share(len(own[one]), len(own[two]), (bits[one] & bits[two]).bit_count())) >= ALIKE
    ]
    alike.sort(key=lambda one: (-one[0], one[1], one[2]))
    return [
        Twins(first, second, round(share, 2), _passage(answers[first], answers[second]))
        for share, first, second in alike[:MOST_PAIRS]
    ]


def likeness(question: str, first: str, second: str) -> float:
    """What two answers share of all they say beside the question, 0 to 1."""
    quoted = shingles(question)
    one, two = shingles(first) - quoted, shingles(second) - quoted
    return _share(len(one), len(two), len(one & two))


def is_long(answer: str) -> bool:
    """Whether an answer says enough to be compared at all."""
    return len(_letters(answer)) >= FEWEST_LETTERS


def shingles(text: str) -> frozenset[str]:
    """All runs of a few characters within the sentences of a text: shorter ones in Chinese, which says more in each."""
    found: set[str] = set()
    for sentence in ENDS.split(unicodedata.normalize("NFKC", text)):
        letters = _letters(sentence)
        size = SHINGLE["cjk"] if len(CJK.findall(letters)) * 2 > len(letters) else SHINGLE["letters"]
        found.update(letters[at : at + size] for at in range(max(1, len(letters) - size + 1)) if letters)
    return frozenset(found)


def _letters(text: str) -> str:
    """Letters and digits alone, in one width and case."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def _bits(own: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """Each set as a number with a bit for each shingle: thousands of pairs are compared in no time, copies as well."""
    places = {shingle: place for place, shingle in enumerate({one for each in own.values() for one in each})}
    found: dict[str, int] = {}
    for name, shingled in own.items():
        bits = bytearray(len(places) // 8 + 1)
        for place in map(places.__getitem__, shingled):
            bits[place >> 3] |= 1 << (place & 7)
        found[name] = int.from_bytes(bits, "little")
    return found


def _share(one: int, two: int, common: int) -> float:
    """What two sets of these sizes have in common, of all that is in either."""
    together = one + two - common
    return common / together if together else 0.0


def _passage(first: str, second: str) -> str:
    """The longest that is the same in both, as far as it is shown."""
    one, two = first[:COMPARED], second[:COMPARED]
    passage, fewest, most = "", 1, min(len(one), len(two), SHOWN)
    while fewest <= most:
        size = (fewest + most) // 2
        if (found := _run(one, two, size)) is None:
            most = size - 1
        else:
            passage, fewest = found, size + 1
    return passage.strip()


def _run(one: str, two: str, size: int) -> str | None:
    """The first run of so many characters that is in both."""
    there = {one[at : at + size] for at in range(len(one) - size + 1)}
    return next((run for at in range(len(two) - size + 1) if (run := two[at : at + size]) in there), None)
