"""The conversation of the built-in tutor: reads the question in the light of the earlier ones and words the reply.

In `guide` mode a problem is opened with its kind and method; each request for help shows one more step; a wish for the
answer shows everything; an answer is checked. In `explain` mode the whole solution comes at once. Runs in the worker
process (`desk`); deterministic, without state of its own.
"""

import re
from dataclasses import dataclass

from tutor.ai.embedded import board, phrases
from tutor.ai.embedded.answers import Guess, exact_guess, guess
from tutor.ai.embedded.definitions import Glossary
from tutor.ai.embedded.errors import CannotSolve, Reason
from tutor.ai.embedded.formulas import number_tex
from tutor.ai.embedded.judge import is_step, verdict
from tutor.ai.embedded.lesson import Equation, Form, Problem, Solution, Task, Term
from tutor.ai.embedded.reader import Reader
from tutor.ai.embedded.request import Request
from tutor.ai.embedded.solver import solve
from tutor.ai.embedded.text import language_of, normalise
from tutor.ai.embedded.tree import evaluate
from tutor.ai.embedded.wording import SLIPS
from tutor.core.caller import Language

_SELF_EXPLAINING: frozenset[Reason] = frozenset({"ambiguous", "zero_division"})


@dataclass(slots=True)
class _Standing:
    """Where the conversation is: the problem on the board and how often help was asked for since."""

    problem: Problem | None = None
    asked: int = 0


class Dialogue:
    """Answers requests. One per worker process; the glossary is read once."""

    def __init__(self) -> None:
        self._glossary = Glossary()
        self._reader = Reader(self._glossary)

    def reply(self, request: Request) -> str:
        """The Markdown reply, see `Request`; never raises for any text."""
        language = language_of(request.question, request.earlier, request.language)
        standing = self._replay(request.earlier)
        said = _wish(request.question)
        try:
            return self._reply(request, said, standing, language)
        except CannotSolve as refused:
            return "" if request.certain else self._refuse(request.question, refused.reason, language)

    def _reply(self, request: Request, said: str, standing: _Standing, language: Language) -> str:
        if said in phrases.GREETINGS | phrases.THANKING:
            said_back = phrases.GREETING if said in phrases.GREETINGS else phrases.THANKS
            return said_back[language].format(examples=phrases.EXAMPLES[language])
        if said in phrases.HELP | phrases.REVEAL:
            if request.certain and standing.problem is None:
                raise CannotSolve("unknown")
            return _help(standing, said in phrases.REVEAL or request.mode == "explain", language)
        if standing.problem is not None and (found := guess(standing.problem, request.question)) is not None:
            return _judge(standing.problem, found, language)
        return self._open(self._reader.read(request.question), request, standing, language)

    def _open(self, task: Task, request: Request, standing: _Standing, language: Language) -> str:
        if isinstance(task, Term):
            return self._glossary.explain(task.key, language)
        if request.mode == "guide" and standing.problem is not None and is_step(standing.problem, task):
            return phrases.STEP_RIGHT[language]
        solution = solve(task)
        return board.worked(solution, language) if request.mode == "explain" else board.opening(solution, language)

    def _replay(self, earlier: tuple[str, ...]) -> _Standing:
        """What the earlier questions leave on the board."""
        standing = _Standing()
        for question in earlier:
            said = _wish(question)
            if said in phrases.HELP | phrases.REVEAL:
                standing.asked += 1
            elif said not in phrases.GREETINGS | phrases.THANKING:
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
                standing.problem, standing.asked = None, 0
            return
        if not (on_the_way or isinstance(task, Term)):
            standing.problem, standing.asked = task, 0

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


def _wish(question: str) -> str:
    """The question as it stands in the tables of wishes: small letters, no punctuation."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s]", "", normalise(question[:80]).lower())).strip()


def _help(standing: _Standing, everything: bool, language: Language) -> str:
    """The next step, or the whole solution."""
    if standing.problem is None:
        return phrases.WHICH_PROBLEM[language].format(examples=phrases.EXAMPLES[language])
    solution = solve(standing.problem)
    number = standing.asked + 1
    if everything or number > len(solution.steps):
        return board.worked(solution, language)
    return board.hint(solution, number, language)


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
