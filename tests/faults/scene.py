"""Lessons for the faults: a student and a teacher in one room, each on a node of the test's choice, and a question.

`waves` strikes many nodes of one cluster at once, `side_by_side` runs several clusters: both count and check each run.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from tests.factories import Person
from tests.faults.checker import check, check_logs, check_settled, until_equal
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

    async def note(self, text: str = "看这一步") -> Acked:
        """A message of the teacher, which starts no reply."""
        return await self.teacher.say(self.room, f"{self.mark} {text}")

    async def until_part(self, acked: Acked, part: int) -> None:
        """Wait until both have seen so many parts of its reply, or its end."""
        assert acked.reply_id
        await asyncio.gather(*(each.until_part(self.room, acked.reply_id, part) for each in self.clients))

    async def until_final(self, acked: Acked, within_s: float = 60.0) -> None:
        """Wait until both have seen the end of its reply."""
        assert acked.reply_id
        await asyncio.gather(*(each.until_final(self.room, acked.reply_id, within_s) for each in self.clients))


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


@asynccontextmanager
async def watchers(
    cluster: Cluster,
    runs: Runs,
    begun: Sequence[Lesson],
    nodes: Sequence[Node],
    count: int,
    person: Person | None = None,
) -> AsyncIterator[list[Client]]:
    """Further tabs of the teacher, or of somebody else, shared out to the lessons' rooms; closed at the end."""
    tabs: list[Client] = []

    async def begin(lesson: Lesson) -> None:
        tab = _client(cluster, runs, lesson.teacher.history, nodes, person or cluster.crowd.teacher)
        tabs.append(tab)
        await tab.start()
        await tab.enter(lesson.room)

    try:
        await asyncio.gather(*(begin(begun[number % len(begun)]) for number in range(count)))
        yield tabs
    finally:
        await asyncio.gather(*(tab.close() for tab in tabs))


Strike = Callable[[Cluster, Lesson, Node], Awaitable[float]]
One = Callable[[Cluster, int], Awaitable[float]]
Make = Callable[[Path], Cluster]


async def waves(cluster: Cluster, runs: Runs, strike: Strike, *, equal_s: float = 25.0) -> None:
    """Strike all nodes but the last, each with a lesson of its own, until the runs are done.

    A lesson's student is at home on the struck node, its teacher on the last one. `strike` returns the seconds until
    the clients had their due; then all must be equal within `equal_s`.
    """
    *victims, witness = cluster.nodes
    while turn := list(islice(victims, runs.left)):
        async with lessons(cluster, runs, [[node, witness] for node in turn], [[witness]] * len(turn)) as begun:
            strikes = [strike(cluster, lesson, node) for lesson, node in zip(begun, turn, strict=True)]
            took = await asyncio.gather(*strikes)
            await settle(cluster, begun, witness, equal_s)
        for seconds in took:
            runs.count(seconds)
    await check_settled(cluster, cluster.nodes)
    check_logs(cluster)


async def settle(
    cluster: Cluster, begun: Sequence[Lesson], node: Node, equal_s: float, more: Sequence[Client] = ()
) -> float:
    """Wait until all viewers (with `more` of them) are equal, judge them, and return how long it took."""
    clients = [*(client for lesson in begun for client in lesson.clients), *more]
    took = await until_equal(cluster, clients, equal_s)
    await check(cluster, clients, node.address)
    return took


async def side_by_side(
    folder: Path,
    runs: Runs,
    one: One,
    *,
    clusters: int,
    nodes: int = 2,
    students: int = 2,
    each: int = 1,
    make: Make | None = None,
) -> None:
    """Share the runs out to several clusters that know nothing of each other.

    `one` does `each` runs at once and returns their recovery in seconds. `make` makes an unusual cluster.
    """
    make = make or partial(Cluster, nodes=nodes, students=students)
    numbers = iter(range(0, runs.left, each))

    async def work(place: int) -> None:
        own = folder / f"c{place}"
        async with make(own) as cluster:
            for number in numbers:
                runs.count(await one(cluster, number), each)
            await check_settled(cluster, cluster.nodes)
            check_logs(cluster)

    async with asyncio.TaskGroup() as group:
        for place in range(min(clusters, runs.left)):
            group.create_task(work(place))
