"""Writes lessons as Markdown with LaTeX: a whole solution, a hint, the opening of a problem. Called by `dialogue`."""

from tutor.ai.embedded import phrases
from tutor.ai.embedded.lesson import Solution, Step
from tutor.ai.embedded.wording import KINDS, STEPS
from tutor.core.caller import Language


def opening(solution: Solution, language: Language) -> str:
    """What kind of problem it is, the method, and the question for the student's first step; no answer."""
    kind = KINDS[solution.kind]
    return _paragraphs(
        phrases.KIND[language].format(name=kind.name[language]),
        problem(solution),
        phrases.METHOD[language].format(method=kind.method[language]),
        phrases.FIRST[language].format(first=kind.first[language]),
    )


def hint(solution: Solution, number: int, language: Language) -> str:
    """Step `number`, counted from 1."""
    step = solution.steps[number - 1]
    said = phrases.HINT[language].format(number=number, total=len(solution.steps), sentence=sentence(step, language))
    return _paragraphs(said, display(step), phrases.AFTER_HINT[language])


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
