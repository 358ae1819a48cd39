"""Writes lessons as Markdown with LaTeX, one way for each level of help. Called by `dialogue`."""

from collections.abc import Callable

from tutor.ai.embedded import phrases
from tutor.ai.embedded.lesson import Solution, Step
from tutor.ai.embedded.wording import KINDS, STEPS
from tutor.core.caller import Language


def nudge(solution: Solution, language: Language) -> str:
    """What kind of problem it is, and the question for the student's first step."""
    kind = KINDS[solution.kind]
    return _paragraphs(
        phrases.KIND[language].format(name=kind.name[language]),
        problem(solution),
        phrases.TURN[language].format(first=kind.first[language]),
    )


def opening(solution: Solution, language: Language) -> str:
    """What kind of problem it is, the method, and the question for the student's first step; no answer."""
    kind = KINDS[solution.kind]
    return _paragraphs(
        phrases.KIND[language].format(name=kind.name[language]),
        problem(solution),
        phrases.METHOD[language].format(method=kind.method[language]),
        phrases.FIRST[language].format(first=kind.first[language]),
    )


def first_step(solution: Solution, language: Language, reveals: Callable[[str], bool]) -> str:
    """The first step; without its result, where that `reveals` the answer."""
    step = solution.steps[0]
    said = sentence(step, language)
    ways = ((said, display(step)), (said, ""))
    whole = next((way for way in ways if not reveals(_paragraphs(*way))), (said.split("$", 1)[0].rstrip("：:，, "), ""))
    return _paragraphs(phrases.FIRST_STEP[language].format(sentence=whole[0]), whole[1], phrases.AFTER_STEP[language])


def example(like: Solution, language: Language) -> str:
    """Another problem of the same kind, worked in full."""
    return _paragraphs(phrases.EXAMPLE[language], worked(like, language), phrases.AFTER_EXAMPLE[language])


def worked(solution: Solution, language: Language) -> str:
    """The whole solution with its checks."""
    kind = KINDS[solution.kind]
    parts = [phrases.KIND[language].format(name=kind.name[language]), problem(solution)]
    for number, step in enumerate(solution.steps, 1):
        parts += [phrases.STEP[language].format(number=number, sentence=sentence(step, language)), display(step)]
    parts += checks(solution, language)
    return _paragraphs(*parts, phrases.ANSWER[language], sentence(solution.answer, language))


def checks(solution: Solution, language: Language) -> list[str]:
    return [phrases.CHECK[language].format(sentence=sentence(step, language)) for step in solution.checks]


def problem(solution: Solution) -> str:
    """The problem as the student wrote it."""
    if len(solution.problem) == 1:
        return f"$${solution.problem[0]}$$"
    lines = r" \\ ".join(solution.problem)
    return rf"$$\begin{{cases}} {lines} \end{{cases}}$$"


def sentence(step: Step, language: Language) -> str:
    return STEPS[step.key][language].format(**step.facts)


def display(step: Step) -> str:
    """The formulas of a step as one display, a line each."""
    if len(step.board) <= 1:
        return f"$${step.board[0]}$$" if step.board else ""
    lines = r" \\ ".join(f"& {line}" for line in step.board)
    return rf"$$\begin{{aligned}} {lines} \end{{aligned}}$$"


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
