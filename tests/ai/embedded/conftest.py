"""Shared parts of the built-in tutor's tests: prompts, a dialogue in this process, and a model with real workers."""

from collections.abc import AsyncIterator, Callable

import pytest

from tutor.ai.embedded import EmbeddedModel
from tutor.ai.embedded.definitions import Glossary
from tutor.ai.embedded.dialogue import Dialogue
from tutor.ai.embedded.lesson import Problem, Solution, Term
from tutor.ai.embedded.reader import Reader
from tutor.ai.embedded.request import Request
from tutor.ai.embedded.solver import solve
from tutor.ai.embedded.worker import Workers
from tutor.core.caller import Language

Ask = Callable[..., str]


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(Glossary())


@pytest.fixture(scope="session")
def problem_of(reader: Reader) -> Callable[[str], Problem]:
    def read(question: str) -> Problem:
        task = reader.read(question)
        assert not isinstance(task, Term)
        return task

    return read


@pytest.fixture(scope="session")
def solution_of(problem_of: Callable[[str], Problem]) -> Callable[[str], Solution]:
    return lambda question: solve(problem_of(question))


@pytest.fixture(scope="session")
def ask() -> Ask:
    dialogue = Dialogue()

    def reply(question: str, *earlier: str, level: int = 2, language: Language = "en") -> str:
        return dialogue.reply(Request(question, earlier, language, level))

    return reply


@pytest.fixture(scope="session")
async def model() -> AsyncIterator[EmbeddedModel]:
    found = EmbeddedModel(0, workers=Workers(20, 1))
    yield found
    await found.close()
