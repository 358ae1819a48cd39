"""A lesson under a teacher's eyes: two hands are up, and a draft is being written, waits, or is being decided about.

`test_floor.py` strikes it. Afterwards everything is done twice at once, so that it shows whether one of two wins.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import pytest

from tests.factories import Json, Refused
from tests.faults.client import Client
from tests.faults.cluster import Cluster, Node
from tests.faults.runs import Runs
from tests.faults.scene import Lesson, lessons, settle, watchers
from tests.live.fake_wire import word
from tutor.core.mongo import Document

TOKENS = 40
EQUAL_S = 25.0
ENDED_S = 60.0
POLL_S = 0.1
LINE = "第三步不懂"
EDITED = "老师改过的话"
# Words of the tutor that are unlike anything else that is said: whoever has heard one has read the draft.
HIDDEN = tuple(word(i) for i in (0, 1, 2, 12, 13, 14, 24, 25))
DECISION = b"update\x00\x09\x00\x00\x00messages\x00"

Moment = Literal["writing", "waiting", "deciding"]
MOMENTS: tuple[Moment, ...] = ("writing", "waiting", "deciding")


@dataclass
class Checked:
    """The `lesson` under approval, behind the `mate` in the queue of hands. `desk` is the node its teacher is on."""

    cluster: Cluster
    runs: Runs
    lesson: Lesson
    mate: Lesson
    colleague: Client
    desk: Node
    reply_id: str = ""
    deciding: "asyncio.Task[Json] | None" = None
    notices: list[str] = field(default_factory=lambda: ["hand.raised", "approval.begun"])

    @property
    def room(self) -> str:
        return self.lesson.room

    async def begin(self, tokens: int = TOKENS) -> None:
        """Put both hands up, let the teacher check, and ask."""
        await self.mate.student.ask("hand.raise", conversation_id=self.mate.room)
        raised = await self.lesson.student.ask("hand.raise", conversation_id=self.room, line=LINE)
        assert raised["place"] == 2
        await self.lesson.teacher.ask("floor.set", conversation_id=self.room, state="approval")
        acked = await self.lesson.ask(tokens=tokens)
        assert acked.reply_id
        self.reply_id = acked.reply_id

    async def until(self, moment: Moment) -> None:
        """Wait for the moment to strike. A decision is stored by then, and nobody has been told of it."""
        if moment == "writing":
            await self.lesson.teacher.until_part(self.room, self.reply_id, self.runs.chance.randrange(1, 12))
            return
        await self.until_state("checking")
        if moment == "deciding":
            trap = self.desk.mongodb.trap(DECISION)
            self.deciding = asyncio.create_task(self._send(self.lesson.teacher))
            async with asyncio.timeout(ENDED_S):
                await trap.sprung.wait()

    # What must be as it was

    async def check_all(self, node: Node) -> None:
        """The draft, the queue of hands and the floor are whole; the lesson goes on, and all see the same."""
        await self._decide()
        await self.check_hands()
        await self._check_floor()
        await self.go_on(node)

    async def go_on(self, node: Node, *more: Client) -> None:
        """The tutor answers again; everybody was told everything once and sees what is stored."""
        acked = await self.lesson.ask(tokens=5, delay_s=0.01)
        await self.lesson.until_final(acked)
        viewers = [self.colleague, *more]
        await settle(self.cluster, [self.lesson, self.mate], node, EQUAL_S, more=viewers)
        for viewer in (*self.lesson.clients, *viewers):
            rows = viewer.views[self.room].messages
            told = [row["notice"]["kind"] for _, row in sorted(rows.items()) if row["notice"]]
            assert told == self.notices, f"{viewer.name} was told {told}"
        assert await self.cluster.database["floors"].count_documents({"group": self.room}) == 0

    async def _decide(self) -> None:
        """See the draft to its end, in whichever state it was left, and that it was decided once."""
        row = await self.until_state("checking", "interrupted", "complete")
        if row["state"] == "interrupted":
            again = await self.lesson.student.ask("reply.retry", conversation_id=self.room, reply_id=self.reply_id)
            self.reply_id = again["reply"]["id"]
            await self.until_state("checking")
        self.has_seen_nothing()
        if self.deciding is not None:
            assert (await self.deciding)["message"]["state"] == "complete"
            with pytest.raises(Refused, match="draft_decided"):
                await self._reject(self.colleague)
        else:
            await one_of("draft_decided", self._send(self.lesson.teacher), self._reject(self.colleague))
        row = await self.until_state("complete", "rejected")
        assert (row["text"] == EDITED) == (row["state"] == "complete")
        await self.lesson.student.until_final(self.room, self.reply_id)
        self.has_seen_nothing()

    async def _send(self, who: Client) -> Json:
        return await who.ask("draft.send", conversation_id=self.room, reply_id=self.reply_id, text=EDITED)

    async def _reject(self, who: Client) -> Json:
        return await who.ask("draft.reject", conversation_id=self.room, reply_id=self.reply_id, why="太快")

    async def check_hands(self) -> None:
        """Both are in the queue as they were; one of two teachers gets the first, and then the other is next."""
        rooms = [self.mate.room, self.room]
        mine = await self.lesson.student.ask("hand.get", conversation_id=self.room)
        first = await self.mate.student.ask("hand.get", conversation_id=self.mate.room)
        assert (first["place"], mine["place"], mine["hand"]["line"]) == (1, 2, LINE)
        teachers = (self.mate.teacher, self.colleague)
        claims = [each.ask("hand.claim", conversation_id=self.mate.room) for each in teachers]
        await one_of("hand_claimed", *claims)
        assert (await self.lesson.student.ask("hand.get", conversation_id=self.room))["place"] == 1
        for room in rooms:
            await self.colleague.ask("hand.done", conversation_id=room)
        self.notices.append("hand.done")
        assert await self.cluster.database["hands"].count_documents({"_id": {"$in": rooms}}) == 0

    async def _check_floor(self) -> None:
        """It is still the teacher's; of two who want it one gets it, and hands it back."""
        floor = await self.floor()
        teacher_id = self.lesson.teacher.person.id
        assert (floor["state"], floor["teacher_id"], floor["number"]) == ("approval", teacher_id, 1)
        wish = {"conversation_id": self.room, "state": "teacher", "number": 1}
        teachers = (self.lesson.teacher, self.colleague)
        won = await one_of("conflict", *(each.ask("floor.set", **wish) for each in teachers))
        floor = await self.floor()
        assert floor["teacher_id"] == won["conversation"]["floor"]["teacher_id"]
        owners = [row["owner"] async for row in self.cluster.database["floors"].find({"group": self.room})]
        assert owners == [floor["teacher_id"]]
        await self.colleague.ask("floor.set", conversation_id=self.room, state="tutor")
        self.notices += ["floor.taken", "floor.returned"]

    def has_seen_nothing(self, *, until: float = float("inf")) -> None:
        """No word of the draft has come to a student, in whichever frame or answer, up to a moment."""
        for student in (self.lesson.student, self.mate.student):
            records = [each for each in student.history.records if each.who == student.name and each.at < until]
            told = json.dumps([each.body for each in records if each.kind in {"event", "ok"}], ensure_ascii=False)
            assert not [each for each in HIDDEN if each in told], told
            assert not [each for each in records if each.what == "reply.delta"]

    # What is stored

    async def floor(self) -> Document:
        row = await self.cluster.database["conversations"].find_one({"_id": self.room})
        assert row
        assert isinstance(row["floor"], dict)
        return row["floor"]

    async def until_state(self, *states: str) -> Document:
        """The reply as it is stored, once it has one of these states."""
        return await until_some(self._reply, lambda row: row["state"] in states)

    async def _reply(self) -> Document:
        row = await self.cluster.database["messages"].find_one({"_id": self.reply_id})
        assert row
        return row


async def until_some(read: Callable[[], Awaitable[Document]], met: Callable[[Document], bool]) -> Document:
    """What is read, once it is as wanted."""
    deadline = time.monotonic() + ENDED_S
    while not met(row := await read()):
        assert time.monotonic() < deadline, row
        await asyncio.sleep(POLL_S)
    return row


async def one_of(code: str, *doings: Awaitable[Json]) -> Json:
    """Do two things at once: one of them succeeds, the other is refused with a code."""
    answers = await asyncio.gather(*doings, return_exceptions=True)
    (won,) = [each for each in answers if not isinstance(each, BaseException)]
    (lost,) = [each for each in answers if isinstance(each, BaseException)]
    assert isinstance(lost, Refused), lost
    assert lost.code == code
    return won


@asynccontextmanager
async def checked(cluster: Cluster, runs: Runs, home: list[Node], desk: list[Node]) -> AsyncIterator[Checked]:
    """Fresh rooms whose student is at home on the first of some nodes, and their teacher on the first of others.

    The mate and the colleague are on the last node.
    """
    last = cluster.nodes[-1:]
    async with (
        lessons(cluster, runs, [home, last], [desk, last]) as (lesson, mate),
        watchers(cluster, runs, [lesson], last, 1, cluster.crowd.colleague) as (colleague,),
    ):
        yield Checked(cluster, runs, lesson, mate, colleague, desk[0])
