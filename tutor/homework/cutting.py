"""Cuts a problem in two, what is asked and what the student wrote. Called by `splitting.py`. Pure.

A word that makes a formula only a part of what is asked keeps the problem whole: then nothing is decided about it.
"""

import re
from collections.abc import Iterator

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.text import HAN, normalise
from tutor.ai.embedded.words import spoken, take_words

_ASKED = re.compile(r"^\s*(?:题目?|问题?|question|problem|q)\s*[:：]\s*", re.IGNORECASE)
ANSWERED = re.compile(
    r"解得|(?<![\u3400-\u9fff])(?:解\s*[:：]|解(?=\s)|解$|答案?\s*[:：]|答案\s*[是为]?|答(?=\s))"
    r"|\b(?:the )?(?:final )?(?:answer|solution|sol|ans|working)\b(?:\s+is)?\s*[:：.=]?",
    re.IGNORECASE | re.MULTILINE,
)
# Words with which a formula is only a part of what is asked.
_GIVEN = re.compile(r"已知|若|如果|当|设|\b(?:given|if|let|when|suppose|where)\b", re.IGNORECASE)
_ASKING = re.compile(r"求|则|那么|多少|几|化简|计算|\b(?:find|what|evaluate|calculate|simplify)\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"^([=＝])\s*[?？_]+|_{2,}")
_NEXT_CLAUSE = re.compile(
    r"[,，;；。]|[→⇒∴]|=>|->|所以|因此|得(?!多少|几)|\b(?:so|therefore|then|hence)\b", re.IGNORECASE
)
EQUALS = re.compile(r"(?<![<>!=≤≥])[=＝](?![=<>])")
_INEQUALITY = re.compile(r"[<>≤≥≠＜＞]|\\(?:le|ge|lt|gt|ne|leq|geq|neq)\b")
_NAME_ALONE = re.compile(r"^\W*(?:[a-z]|[fgh]\s*[(（][a-z][)）])\W*$", re.IGNORECASE)
VALUE = re.compile(
    r"^[^=＝]*?\b[a-z]\s*_?\{?[\d₀-₉]?\}?\s*[=＝]\s*[±\-−]?[^a-z=＝]+(?:[或和,，].*|or.*)?$", re.IGNORECASE
)
_FUNCTIONS = re.compile(r"sqrt|sin|cos|tan|ln|lg|pi|frac|times|div|cdot")
_LETTER = re.compile(r"(?<![A-Za-z])[a-zA-Z](?![A-Za-z])|(?<=\d)[a-z]|[a-z](?=\^|\d)")
_FORMS = frozenset({"expand", "factor", "simplify", "derivative", "integral"})
COMPUTED = re.compile(r"[\d)）²³%}]\s*[-+*/×÷·−^:：]|\\(?:frac|times|div|cdot)|\d\s*[xX]\s*\d|分之")
BLANKS = " \t\n\u3000:：,，;；。?？_"


def cut(text: str, instruction: str) -> tuple[str, str]:
    """Question and answer of a problem, the question with the instruction over it."""
    over = f"{instruction.rstrip(BLANKS)}: " if instruction else ""
    question, answer = _halves(over + _ASKED.sub("", text).strip())
    answer = _PLACEHOLDER.sub(r"\1 ", answer.lstrip(BLANKS))
    return question.strip(BLANKS), answer.strip(" \t\n\u3000,，;；。")


def _halves(text: str) -> tuple[str, str]:
    marked = ANSWERED.search(text)
    if marked is not None and has_formula(text[: marked.start()]):
        before, after = text[: marked.start()], text[marked.start() :]
        first, rest = _unmarked(before)
        if HAN.search(rest) and not is_computation(before):
            first, rest = before, ""
        return first, f"{rest}\n{after}" if rest.strip(BLANKS) else after
    return _unmarked(text)


def _unmarked(text: str) -> tuple[str, str]:
    """Cut at a question mark, where a computation says what it equals, or after what is to be solved."""
    asked = re.search(r"[?？]", text)
    if asked is not None and not EQUALS.search(text[: asked.start()]):
        return text[: asked.start()], text[asked.end() :]
    if _GIVEN.search(text):
        return text, ""
    line, _, below = text.partition("\n")
    if below and _first_equals(line) is None and _goals(line) & _FORMS:  # y = x² is a function's name
        return line, below
    first = _first_equals(text)
    if first is not None and is_computation(text):
        return text[:first], text[first:]
    return _after_formula(text)


def _first_equals(text: str) -> int | None:
    """The first equals sign that has more than a name before it: y = x² is a function's."""
    for match in EQUALS.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if not _NAME_ALONE.match(re.sub(r"[\u3400-\u9fff:：]", " ", line) or "-"):
            return match.start()
    return None


def is_computation(text: str) -> bool:
    """Whether its first formula is to be worked out or rewritten, not solved."""
    first = first_line(text)
    if _goals(EQUALS.split(text.split("\n", maxsplit=1)[0])[0]) & _FORMS or _goals(EQUALS.split(first)[0]) & _FORMS:
        return True
    head = EQUALS.split(first)[0]
    return (
        bool(EQUALS.search(first))
        and not letters_in(head)
        and not _INEQUALITY.search(head)
        and bool(re.search(r"\d", head))
    )


def _goals(words: str) -> set[str]:
    """What words ask for; nothing where there are unknown ones."""
    try:
        return set(take_words(spoken(normalise(words)))[1])
    except CannotSolve:
        return set()


def first_line(text: str) -> str:
    return next((line for line in text.split("\n") if has_formula(line)), "")


def letters_in(text: str) -> set[str]:
    return set(_LETTER.findall(_FUNCTIONS.sub(" ", normalise(text))))


def _after_formula(text: str) -> tuple[str, str]:
    """Cut behind the first clause with a formula, or behind the second for two unknowns."""
    clauses = list(_clauses(text))
    taken, equations = 0, 0
    for place, (clause, _) in enumerate(clauses):
        if not has_formula(clause):
            continue
        taken, equations = place + 1, equations + 1
        two = len(letters_in(clause)) == 2 and bool(EQUALS.search(clause))  # noqa: PLR2004  # a system
        if not two or equations == 2:  # noqa: PLR2004  # both of it
            break
    while taken < len(clauses) and _is_condition(clauses[taken][0], clauses[taken - 1][0]):
        taken += 1
    end = clauses[taken - 1][1] if taken else len(text)
    rest = re.sub(rf"^\s*(?:{_NEXT_CLAUSE.pattern})+", "", text[end:], flags=re.IGNORECASE)
    return text[:end], _as_lines(rest)


def _as_lines(answer: str) -> str:
    """Equations one behind the other, 2x = 4, x = 2, as the lines of a working."""
    pieces = [piece.strip() for piece in re.split(r"[,，;；]", answer)]
    is_working = "\n" not in answer and all(EQUALS.search(piece) for piece in pieces) and not VALUE.match(pieces[0])
    return "\n".join(pieces) if is_working else answer


def _is_condition(clause: str, before: str) -> bool:
    """Whether a clause belongs to the equation before it: x > 0, x ≠ 1, 求 y. Nothing is decided with it."""
    if not clause.strip():
        return True
    restricts = bool(_INEQUALITY.search(clause)) and not _INEQUALITY.search(before)
    says = has_formula(clause) or re.search(r"[无任全所没]|\b(?:no|all|every|any)\b", clause)
    return restricts or not says or _ASKING.search(clause) is not None


def _clauses(text: str) -> Iterator[tuple[str, int]]:
    """The clauses and lines, each with the place of its end."""
    place = 0
    for match in re.finditer(rf"\n|{_NEXT_CLAUSE.pattern}", text, re.IGNORECASE):
        yield text[place : match.start()], match.start()
        place = match.end()
    yield text[place:], len(text)


def has_formula(text: str) -> bool:
    return re.search(r"\d|[=＝]|[²³]", text) is not None
