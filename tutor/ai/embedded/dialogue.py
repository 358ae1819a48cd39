"""The conversation of the built-in tutor: reads the question in the light of the earlier ones and words the reply.

A problem, and every wish for help with it, gets as much as the request's level allows: its kind, its method, the first
step, a problem like it, or the whole solution. An answer is checked at every level. It also makes the keys to problems.
Runs in the worker process (`desk`); deterministic, without state of its own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tutor.ai.embedded import board, phrases
from tutor.ai.embedded.answers import Guess, exact_guess, guess
from tutor.ai.embedded.definitions import Glossary
from tutor.ai.embedded.errors import CannotSolve, Reason
from tutor.ai.embedded.formulas import number_tex
from tutor.ai.embedded.judge import is_step, verdict
from tutor.ai.embedded.keys import answers_of, expected_of, lines_of, names_of, reveal_of
from tutor.ai.embedded.lesson import Equation, Form, Problem, Solution, Task, Term
from tutor.ai.embedded.likeness import alike
from tutor.ai.embedded.reader import Reader
from tutor.ai.embedded.request import FULL, Key, KeyRequest, Request
from tutor.ai.embedded.solver import solve
from tutor.ai.embedded.text import language_of
from tutor.ai.embedded.tree import evaluate
from tutor.ai.embedded.wishes import Wish, wish_of
from tutor.ai.embedded.wording import SLIPS
from tutor.core.caller import Language

_SELF_EXPLAINING: frozenset[Reason] = frozenset({"ambiguous", "zero_division"})


@dataclass(slots=True)
class _Standing:
    """Where the conversation is: the problem on the board."""

    problem: Problem | None = None


class Dialogue:
    """Answers requests. One per worker process; the glossary is read once."""

    def __init__(self) -> None:
        self._glossary = Glossary()
        self._reader = Reader(self._glossary)

    def reply(self, request: Request) -> str:
        """The Markdown reply, see `Request`; never raises for any text."""
        language = language_of(request.question, request.earlier, request.language)
        standing = self._replay(request.earlier)
        try:
            return self._reply(request, wish_of(request.question), standing, language)
        except CannotSolve as refused:
            return "" if request.certain else self._refuse(request.question, refused.reason, language)

    def _reply(self, request: Request, wish: Wish | None, standing: _Standing, language: Language) -> str:
        match wish:
            case "greeting":
                return phrases.GREETING[language].format(examples=phrases.EXAMPLES[language])
            case "thanks":
                return phrases.THANKS[language]
            case "help" | "answer":
                if request.certain and standing.problem is None:
                    raise CannotSolve("unknown")
                return self._help(standing, request, wish, language)
        if standing.problem is not None and (found := guess(standing.problem, request.question)) is not None:
            return _judge(standing.problem, found, language)
        return self._open(self._reader.read(request.question), request, standing, language)

    def _open(self, task: Task, request: Request, standing: _Standing, language: Language) -> str:
        if isinstance(task, Term):
            return self._glossary.explain(task.key, language)
        if request.level < FULL and standing.problem is not None and is_step(standing.problem, task):
            return phrases.STEP_RIGHT[language]
        return self._at_level(task, request, language)

    def _help(self, standing: _Standing, request: Request, wish: Wish, language: Language) -> str:
        if standing.problem is None:
            return phrases.WHICH_PROBLEM[language].format(examples=phrases.EXAMPLES[language])
        said = self._at_level(standing.problem, request, language)
        if request.level == FULL:
            return said
        not_yet = phrases.NOT_YET[language] if wish == "answer" else ""
        no_more = phrases.NO_MORE[language] if request.capped else ""
        return "\n\n".join(filter(None, (not_yet, said, no_more)))

    def _at_level(self, problem: Problem, request: Request, language: Language) -> str:
        """As much about a problem as the level allows, and how to get more."""
        said = self._helped(problem, request.level, language)
        return said if request.capped or request.level == FULL else f"{said}\n\n{phrases.MORE[language]}"

    def _helped(self, problem: Problem, level: int, language: Language) -> str:
        solution = solve(problem)
        match level:
            case 1:
                return board.nudge(solution, language)
            case 2:
                return board.opening(solution, language)
            case 3:
                return board.first_step(solution, language, reveal_of(problem, solution))
            case 4:
                return self._example(solution, reveal_of(problem, solution), language)
            case _:
                return board.worked(solution, language)

    def _example(self, solution: Solution, reveals: Callable[[str], bool], language: Language) -> str:
        like = alike(self._reader, solution, lambda one: reveals(board.example(one, language)))
        return board.first_step(solution, language, reveals) if like is None else board.example(like, language)

    def key(self, request: KeyRequest) -> Key | None:
        """The key to a problem; None when it cannot be solved for certain."""
        language = language_of(request.problem, (), request.language)
        try:
            problem = self._reader.read(request.problem)
            if isinstance(problem, Term):
                return None
            solution = solve(problem)
        except CannotSolve:
            return None
        return Key(
            names=names_of(problem),
            answers=tuple(answers_of(problem, solution)),
            steps=tuple(lines_of(step) for step in solution.steps),
            first=board.first_step(solution, language, reveal_of(problem, solution)),
            solution=board.worked(solution, language),
            expected=expected_of(problem, solution),
        )

    def _replay(self, earlier: tuple[str, ...]) -> _Standing:
        """What the earlier questions leave on the board."""
        standing = _Standing()
        for question in earlier:
            if wish_of(question) is None:
                self._note(question, standing)
        return standing

    def _note(self, question: str, standing: _Standing) -> None:
        """A new problem goes on the board; one that was refused clears it; other talk leaves it."""
        if standing.problem is not None and guess(standing.problem, question) is not None:
            return
        try:
            task = self._reader.read(question)
            on_the_way = standing.problem is not None and is_step(standing.problem, task)
        except CannotSolve:
            if re.search(r"\d", question):
                standing.problem = None
            return
        if not (on_the_way or isinstance(task, Term)):
            standing.problem = task

    def _refuse(self, question: str, reason: Reason, language: Language) -> str:
        if reason in _SELF_EXPLAINING:
            return phrases.REFUSALS[reason][language].strip()
        text = refusal(phrases.REFUSALS[reason][language], language)
        key = self._glossary.mentioned(question)
        if key is None:
            return text
        name = self._glossary.terms[key][language].name
        explained = self._glossary.explain(key, language)
        return text + phrases.KNOWN_TERM[language].format(name=name, text=explained)


def refusal(reason: str, language: Language) -> str:
    return phrases.REFUSAL[language].format(reason=reason, examples=phrases.EXAMPLES[language])


def _judge(problem: Problem, found: Guess, language: Language) -> str:
    solution = solve(problem)
    match verdict(solution.result, found):
        case "right":
            said = " ".join(board.checks(solution, language))
            return f"{(phrases.RIGHT[language] + said).strip()}\n\n{phrases.RIGHT_MORE[language]}"
        case "partial":
            return phrases.INCOMPLETE[language]
        case "unfinished":
            return phrases.NOT_FINISHED[language] + _look_at(solution, len(solution.steps) - 1, language)
        case "wrong":
            said = (phrases.WRONG[language] + _put_in(problem, found, language)).strip()
            again = phrases.NEW_PROBLEM[language] if isinstance(solution.result, Form) else ""
            return "\n\n".join(filter(None, (said, _where(solution, found, language), again)))


def _put_in(problem: Problem, found: Guess, language: Language) -> str:
    """Both sides with the wrong number put in: shows that it is wrong, not what is right."""
    value = exact_guess(found)
    if not isinstance(problem, Equation) or value is None:
        return ""
    sides = (problem.statement.left, problem.statement.right)
    left, right = (number_tex(evaluate(side, {problem.unknown: value})) for side in sides)
    values = f"{problem.unknown} = {number_tex(value)}"
    return phrases.PUT_IN[language].format(values=values, left=left, right=right)


def _where(solution: Solution, found: Guess, language: Language) -> str:
    """A known slip that leads to this very answer, else the first step."""
    value = exact_guess(found)
    for slip in solution.slips:
        if slip.wrong == value:
            return SLIPS[slip.key][language]
    return _look_at(solution, 0, language)


def _look_at(solution: Solution, place: int, language: Language) -> str:
    sentence = board.sentence(solution.steps[place], language).rstrip("：: ")
    if "=" in sentence:  # a step that computes shows its result; its kind is hint enough
        sentence = sentence.split("$", 1)[0].rstrip("：:，, ")
    return phrases.LOOK_AT[language].format(sentence=f"**{sentence}**。" if language == "zh" else f"**{sentence}**.")
