"""Splits work that a student typed without an assignment into problems with their answers. Called by `own_work.py`.

Pure, and never clever: where a text can be cut in two ways it is kept whole, so that nothing can be decided about it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from tutor.homework.cutting import (
    ANSWERED,
    BLANKS,
    COMPUTED,
    EQUALS,
    VALUE,
    cut,
    first_line,
    has_formula,
    has_value,
    is_computation,
    letters_in,
)
from tutor.homework.numbering import Block, blocks_of

MOST_PROBLEMS = 60
LONGEST = 2000  # characters of a problem with its answer; nobody can decide about more, and patterns take long for it
_EACH = re.compile(r"(?:下[面列])?各小?[题式]?")
# What a problem is worth: (每题5分，共20分), (5 points).
_WORTH = re.compile(r"[(（][^()（）=+×÷*/]{0,12}\d+\s*(?:分|points?|marks?)[^()（）=+×÷*/]{0,12}[)）]", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\s*(?:[=＝∴∵]|检验|验算|经检验|左边|右边|把|将|代入|当|所以|因此|因为|check|so\b|therefore)", re.IGNORECASE
)
_HARMLESS = re.compile(
    r"[\s:：,，。.!！]*(?:(?:我的|今天的?|数学|家庭|课后|课堂|单元|homework|my|math|maths)\s*)*"
    r"(?:作业|练习题?|习题|题目|homework|exercises?|problems?)?[\s:：,，。.!！]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class OwnProblem:
    """A problem and what the student wrote to it. `start` counts the text's characters before it, number included.

    `otherwise` is the same read with its number as a part of its formula: 1.2x + 3 = 7 may be the first problem or one
    with 1.2 in it.
    """

    number: int
    question: str
    answer: str
    start: int
    otherwise: "OwnProblem | None" = None


def problems_in(text: str) -> tuple[OwnProblem, ...]:
    """The problems of a text with their answers, in order."""
    text = _WORTH.sub(lambda worth: " " * len(worth[0]), text)
    found: list[OwnProblem] = []
    for block, instruction in _instructed(blocks_of(text)):
        pieces = _lines_apart(block) if not block.style else [block]
        for piece in pieces:
            question, answer = _cut(piece.text, instruction)
            if not question.strip(BLANKS):
                continue
            problem = OwnProblem(len(found) + 1, question, answer, piece.start)
            if piece.whole and answer:
                question, answer = _cut(piece.whole, instruction)
                problem = replace(problem, otherwise=replace(problem, question=question, answer=answer))
            found.append(problem)
    return tuple(found[:MOST_PROBLEMS])


def _cut(text: str, instruction: str) -> tuple[str, str]:
    return cut(text, instruction) if len(instruction) + len(text) <= LONGEST else (text, "")


def _instructed(blocks: list[Block]) -> Iterator[tuple[Block, str]]:
    """The blocks with problems, each with the instruction that stands over it: 一、解方程 over 1. and 2."""
    over: dict[str, str] = {}
    for block, following in zip_longest(blocks, blocks[1:]):
        if block.style in over:
            styles = list(over)
            over = {style: over[style] for style in styles[: styles.index(block.style)]}
        stands_over = following is not None and following.style not in {block.style, *over}
        if stands_over and not block.whole and _is_instruction(block.text):
            over[block.style] = "" if _HARMLESS.fullmatch(block.text) else _EACH.sub("", block.text.strip())
        else:
            yield block, "\n".join(filter(None, over.values()))


def _is_instruction(text: str) -> bool:
    return not has_formula(text) and not ANSWERED.search(text)


# ---- without numbers -----------------------------------------------------------------------------------------------


def _lines_apart(block: Block) -> list[Block]:
    """A paragraph without numbers: each computation on a line of its own is a problem, and so is each new equation."""
    pieces: list[Block] = []
    place = 0
    for line in block.text.split("\n"):
        if pieces and (len(pieces[-1].text) > LONGEST or not _begins(line, pieces[-1].text)):
            pieces[-1] = replace(pieces[-1], text=f"{pieces[-1].text}\n{line}")
            place += len(line) + 1
            continue
        for part in _computations(line):
            pieces.append(Block("", part, block.start + place))
            place += len(part) + 1
    return pieces


def _computations(line: str) -> list[str]:
    """A line of several computations, 3+5=8, 8×2=16, as these; any other as it is."""
    parts = re.split(r"[,，;；。](?!\d{3}(?!\d))", line)
    whole = [bool(EQUALS.search(part) and COMPUTED.search(EQUALS.split(part)[0])) for part in parts]
    return parts if len(parts) > 1 and all(whole) and not letters_in(line) else [line]


def _begins(line: str, before: str) -> bool:
    """Whether a line begins another problem than the one that the lines before it are about."""
    goes_on = ANSWERED.match(line.strip()) or _GOES_ON.match(line)
    if goes_on or not has_formula(before) or not EQUALS.search(line):
        return False
    first = first_line(before)
    computes = bool(COMPUTED.search(EQUALS.split(line)[0])) and not letters_in(EQUALS.split(line)[0])
    solves = bool(letters_in(line)) and not VALUE.match(line.strip())
    if is_computation(first) and EQUALS.search(first):
        return bool(EQUALS.split(before)[-1].strip(BLANKS)) and (computes or solves)
    return has_value(before) and len(letters_in(EQUALS.split(first)[0])) == 1 and (computes or solves)
