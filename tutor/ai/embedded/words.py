"""Takes the words out of a question: signs that are spelled out become signs, known instructions leave a gap.

Called by `reader` and `normal`; any word that is not known makes the question refused.
"""

import re

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.instructions import CHINESE, CHINESE_SIGNS, ENGLISH, SPOKEN_SIGNS, Goal
from tutor.ai.embedded.text import has_han, numbers_from_words

GAP = "\0"  # stands where a word was taken out

_PRODUCT = re.compile(r"[abcdkmnpqrstuvwxyz]{2,3}")
_WITH_FUNCTION = re.compile(r"[xyzu]?(?:sqrt|sin|cos|tan|exp|ln|lg|pi)[xyzu]?")


def spoken(text: str) -> str:
    """Signs that are written as words: plus, squared, 加上, 的平方, 25% of 12, 12的25%."""
    text = re.sub(r"(?<=\d) ?percent\b", "%", text)
    text = re.sub(r"(?<=[\d)%])\s*(?:\bof\b|的)\s*(?=[\d(])", "*", text)
    text = re.sub(r"的平方(?!根)", "^2", text)
    text = re.sub(r"的立方(?!根)", "^3", text)
    text = re.sub(r"的(\d+)次方", r"^\1", text)
    for word, sign in SPOKEN_SIGNS.items():
        text = re.sub(rf"\b{word}\b", sign, text, flags=re.IGNORECASE)
    return re.sub(r"\b(for|find|of|to|solve|求)\s+([A-Za-z])\s+(?=[-\d(A-Za-z])", rf"\1 \2 {GAP}", text)


def take_words(text: str) -> tuple[str, set[Goal]]:
    """The text with a gap for every known word, and what the words ask for. Raises CannotSolve for any other word."""
    goals: set[Goal] = set()
    if has_han(text):
        text = _take_chinese(text, goals)

    def swap(match: re.Match[str]) -> str:
        word = match[0]
        if word.lower() in ENGLISH:
            goal = ENGLISH[word.lower()]
            goals.update([goal] if goal else [])
            return ";" if word.lower() == "and" else GAP
        if not _is_formula(word, text[: match.start()], text[match.end() :]):
            raise CannotSolve("unknown")
        return word

    text = re.sub(r"\b[aA] (?=[A-Za-z]{2})|\bI\b", GAP, text)
    return re.sub(r"[A-Za-z]{2,}", swap, text), goals


def chunks(text: str) -> list[str]:
    """The formulas between gaps and separators."""
    parts = (part.strip(" .?!`\"'{}") for part in re.split(rf"[,;:\n\r{GAP}]", text))
    return [part for part in (re.sub(r"=\s*$", "", part).strip() for part in parts) if part]


def _take_chinese(text: str, goals: set[Goal]) -> str:
    for word, goal in CHINESE.items():
        if word in text:
            text = text.replace(word, GAP)
            goals.update([goal] if goal else [])
    for word, sign in sorted(CHINESE_SIGNS.items(), key=lambda item: -len(item[0])):
        text = text.replace(word, sign)
    text = numbers_from_words(text)
    if has_han(text):
        raise CannotSolve("unknown")
    return text


def _is_formula(word: str, before: str, after: str) -> bool:
    """A function, or a product of letters that stands directly at a number, a sign or a bracket (2ab, xy+1)."""
    if _WITH_FUNCTION.fullmatch(word) or re.fullmatch(r"d[a-z]", word):
        return True
    touches = re.search(r"[\d)+\-*/^=(<>]\s?$", before) or re.match(r"\s?[+\-*/^=)(<>]", after)
    return bool(_PRODUCT.fullmatch(word) and touches)
