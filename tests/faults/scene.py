"""Lessons for the faults: a student and a teacher in one room, each on a node of the test's choice, and a question.

`lessons` sets up many at once; `Lesson.ask` starts a reply of known length.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.factories import Person
from tests.faults.client import Client
from tests.faults.cluster import Cluster, Node
from tests.faults.history import Acked, History
from tests.faults.runs import Runs


@dataclass
class Lesson:
    """One room. `mark` stands in every question, and the fake AI puts it into its words."""

    room: str
    mark: str
    student: Client
    teacher: Client

    @property
    def clients(self) -> list[Client]:
        return [self.student, self.teacher]

    async def ask(self, *, tokens: int = 60, delay_s: float = 0.05, script: str = "marked", more: str = "") -> Acked:
        """A question whose reply has so many tokens, one each `delay_s`; returns its ack."""
        text = f"{self.mark} 解方程 [[{script} tokens={tokens} delay_s={delay_s}{more}]]"
        return await self.student.say(self.room, text)

    async def until_part(self, acked: Acked, part: int) -> None:
        """Wait until both have seen so many parts of its reply, or its end."""
        assert acked.reply_id
        await asyncio.gather(*(each.until_part(self.room, acked.reply_id, part) for each in self.clients))


@asynccontextmanager
async def lessons(
    cluster: Cluster, runs: Runs, homes: Sequence[Sequence[Node]], desks: Sequence[Sequence[Node]]
) -> AsyncIterator[list[Lesson]]:
    """One room for each of the students' `homes` and teachers' `desks`: nodes to go to, best first."""
    begun: list[Lesson] = []
    clients: list[Client] = []

    async def begin(number: int) -> Lesson:
        history, students = History(), cluster.crowd.students
        student = _client(cluster, runs, history, homes[number], students[number % len(students)])
        teacher = _client(cluster, runs, history, desks[number], cluster.crowd.teacher)
        clients.extend((student, teacher))
        await asyncio.gather(student.start(), teacher.start())
        room = await student.converse()
        await teacher.enter(room)
        return Lesson(room, f"〔{room[-6:]}·{number}〕", student, teacher)

    try:
        begun += await asyncio.gather(*(begin(number) for number in range(len(homes))))
        yield begun
    finally:
        await asyncio.gather(*(client.close() for client in clients))


def _client(cluster: Cluster, runs: Runs, history: History, nodes: Sequence[Node], person: Person) -> Client:
    return Client(cluster.http, person, [node.address for node in nodes], history, runs.chance)
