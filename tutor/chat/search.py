"""Search in Chinese and English without a text index: a text is cut into grams, which an ordinary index can find."""

import unicodedata
from itertools import pairwise


def folded(text: str) -> str:
    """A text as it is compared: full-width forms and capitals do not matter."""
    return unicodedata.normalize("NFKC", text).casefold()


def grams(text: str) -> list[str]:
    """All single characters and pairs of neighbours, without white space: what a stored text can be found by."""
    letters = folded(text)
    found = {letter for letter in letters if letter.isalnum()}
    found |= {pair for pair in map("".join, pairwise(letters)) if not any(map(str.isspace, pair))}
    return sorted(found)


def wanted_grams(query: str) -> list[str]:
    """The grams that every text with `query` in it has: pairs, or the one character of a short query."""
    letters = folded(query)
    pairs = [pair for pair in grams(letters) if len(pair) > 1]
    return pairs or [letter for letter in letters if letter.isalnum()]


def excerpt(text: str, query: str, around: int = 30) -> str | None:
    """The part of `text` around the first place where `query` stands; None when it is not in there."""
    at = folded(text).find(folded(query))
    if at < 0:
        return None
    start, end = max(0, at - around), min(len(text), at + len(query) + around)
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
