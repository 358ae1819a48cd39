"""Finds a chemical equation in a text. Called by `reader` for questions and by `answers` for replies."""

import re

from tutor.ai.embedded.chemistry import ELEMENTS

_FORMULA = r"\d*\s*(?:[A-Z][a-z]?\d*|\((?:[A-Z][a-z]?\d*)+\)\d*)+"
_SIDE = rf"{_FORMULA}(?:\s*\+\s*{_FORMULA})*"
_REACTION = re.compile(rf"(?<![A-Za-z0-9(^*/-])({_SIDE})\s*(-+>|=+>?)\s*({_SIDE})(?![A-Za-z0-9(^*/+-])")

Terms = list[tuple[int, str]]


def read_reaction(text: str) -> tuple[Terms, Terms, str] | None:
    """The sides of a chemical equation with the coefficients that stand there, and the text around it."""
    match = _REACTION.search(text.replace("↑", "").replace("↓", ""))
    if match is None:
        return None
    sides = [_species(match[1]), _species(match[3])]
    if not all(symbol in ELEMENTS for side in sides for _, f in side for symbol in re.findall(r"[A-Z][a-z]?", f)):
        return None
    around = f"{match.string[: match.start()]} {match.string[match.end() :]}"
    return sides[0], sides[1], around if match[2] == "=" else f"{around} balance"


def _species(side: str) -> Terms:
    found = [re.fullmatch(r"(\d*)\s*(.+)", part.strip()) for part in side.split("+")]
    return [(int(match[1] or 1), match[2]) for match in found if match]
