"""Whether the words that a model quotes occur in the work, and where. Pure; the grader takes no quote unseen."""

import unicodedata

from tutor.homework.models import Evidence


def find_quote(answer: str, quote: str) -> Evidence | None:
    """The place of a quote in an answer, as the answer itself has it; None where it does not occur.

    Blanks, the width of letters and capitals make no difference: models copy these badly.
    """
    wanted = "".join(letter for letter, _ in _letters(quote))
    if not wanted:
        return None
    letters = _letters(answer)
    at = "".join(letter for letter, _ in letters).find(wanted)
    if at < 0:
        return None
    start, last = letters[at][1], letters[at + len(wanted) - 1][1]
    return Evidence(answer[start : last + 1], start)


def _letters(text: str) -> list[tuple[str, int]]:
    """The letters of a text without blanks, each with its place in the text."""
    return [
        (letter, place)
        for place, written in enumerate(text)
        for letter in unicodedata.normalize("NFKC", written).casefold()
        if not letter.isspace()
    ]
