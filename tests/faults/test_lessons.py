"""T-34: lessons made up by hypothesis on two whole nodes with their real stores, held against a model in Python.

Real stores, because what can break P1 to P3 lies between them: a fake would only repeat what its author believes.
"""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.chat.factories import Line, Room, a_question
from tests.factories import Json, Person, Refused, Socket, a_client_id
from tests.faults.pairs import Pair, a_pair
from tests.faults.runs import FULL, SEED, Runs
from tests.faults.tabs import FINAL, Tab
from tutor.ai.errors import ModelCut
from tutor.settings import Settings

FULL_RUNS, PART_RUNS = 2000, 20
MOST_TABS = 4
EXPECTED = frozenset(
    {
        None,
        "reply_running",
        "too_many_replies",
        "reply_not_running",
        "reply_not_continuable",
        "conflict",
        "invalid_input",
    }
)


@dataclass
class Sent:
    """A message that was acknowledged."""

    client_id: str
    text: str
    message: Json
    reply_id: str | None


@dataclass
class Told:
    """A reply as the model knows it: what was said for it, and how it was ended."""

    line: Line | None
    said: str = ""
    end: str | None = None


@dataclass
class Lesson:
    """One made-up lesson: what was done, what was acknowledged, and who watches."""

    pair: Pair
    room: Room
    teacher: Person
    hands: list[Socket]
    tabs: list[Tab] = field(default_factory=list)
    away: list[Tab] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)

    @property
    def running(self) -> tuple[str, Told] | None:
        return next(((id_, told) for id_, told in self.told.items() if told.end is None), None)

    # What happens

    async def ask(self, node: int, _number: int) -> None:
        question = a_question()
        await self._send(question, a_client_id(), self.hands[node])

    async def say_again(self, node: int, number: int) -> None:
        if self.sent:
            known = self.sent[number % len(self.sent)]
            hand = self.hands[node] if known.reply_id else self.hands[2 + node]
            again = await self.room.say(known.text, hand, client_id=known.client_id)
            assert again["message"] == known.message
            assert (again["reply"] or {}).get("id") == known.reply_id

    async def say_otherwise(self, node: int, number: int) -> None:
        if self.sent:
            client_id = self.sent[number % len(self.sent)].client_id
            with pytest.raises(Refused):
                await self.room.say("something else", self.hands[node], client_id=client_id)

    async def note(self, node: int, number: int) -> None:
        await self._send(f"note {number}", a_client_id(), self.hands[2 + node])

    async def say_words(self, _node: int, number: int) -> None:
        if (running := self.running) is not None:
            _, told = running
            for word in range(number % 5 + 1):
                text = f"{len(told.said)}字{word} "
                told.said += text
                (await self._line(running[0])).say(text)

    async def finish(self, _node: int, _number: int) -> None:
        if (running := self.running) is not None:
            (await self._line(running[0])).finish()
            await self._ends(running[0], "complete")

    async def break_off(self, _node: int, _number: int) -> None:
        if (running := self.running) is not None:
            (await self._line(running[0])).fail(ModelCut())
            await self._ends(running[0], "interrupted" if running[1].said else "failed")

    async def stop(self, node: int, _number: int) -> None:
        if (running := self.running) is not None:
            await self.room.on_reply("stop", running[0], self.hands[node])
            await self._ends(running[0], "stopped")

    async def retry(self, node: int, number: int) -> None:
        if self.told:
            old = list(self.told)[number % len(self.told)]
            begun = await self.room.on_reply("retry", old, self.hands[node])
            self._begins(begun["reply"]["id"], self.asked[old])

    async def come(self, node: int, number: int) -> None:
        if len(self.tabs) < MOST_TABS:
            self.tabs.append(Tab(self.teacher if number % 2 else self.room.student, self.room.id))
            await self.tabs[-1].open(self.pair.nodes[node])

    async def leave(self, _node: int, number: int) -> None:
        if self.tabs:
            self.away.append(self.tabs.pop(number % len(self.tabs)))
            await self.away[-1].drop()

    async def come_back(self, node: int, number: int) -> None:
        if self.away:
            self.tabs.append(self.away.pop(number % len(self.away)))
            await self.tabs[-1].open(self.pair.nodes[node])

    # What is known of it

    async def _send(self, text: str, client_id: str, hand: Socket) -> None:
        answer = await self.room.say(text, hand, client_id=client_id)
        reply_id = answer["reply"]["id"] if answer["reply"] else None
        self.sent.append(Sent(client_id, text, answer["message"], reply_id))
        if reply_id is not None:
            self._begins(reply_id, text)

    def _begins(self, reply_id: str, question: str) -> None:
        self.told[reply_id] = Told(None)
        self.asked[reply_id] = question
        self.attempts[reply_id] = sum(each == question for each in self.asked.values())

    async def _line(self, reply_id: str) -> Line:
        told = self.told[reply_id]
        if told.line is None:
            told.line = await self.pair.puppet.line(self.asked[reply_id], self.attempts[reply_id])
        return told.line

    async def _ends(self, reply_id: str, state: str) -> None:
        self.told[reply_id].end = state
        await self.hands[0].until("reply.finished", reply_id=reply_id)

    async def judge(self) -> None:
        """P1, P2 and P3, once everything has come to its end."""
        while self.running is not None:
            await self.finish(0, 0)
        rows = await self.room.messages()
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        by_id = {row["id"]: row for row in rows}
        assert len(rows) == len(self.sent) + len(self.told), "a message is lost or there twice"
        assert all(by_id[each.message["id"]] == each.message for each in self.sent)
        for reply_id, told in self.told.items():
            row = by_id[reply_id]
            assert row["state"] == told.end
            assert row["state"] in FINAL
            assert told.said == row["text"] or (told.end == "stopped" and told.said.startswith(row["text"]))
        fresh = [Tab(self.teacher, self.room.id), Tab(self.room.student, self.room.id)]
        for tab, node in zip(fresh, self.pair.nodes, strict=True):
            await tab.open(node)
        for tab in [*self.tabs, *self.away, *fresh]:
            await self._judge_tab(tab, rows)

    async def _judge_tab(self, tab: Tab, rows: list[Json]) -> None:
        if tab in self.away:
            await tab.open(self.pair.nodes[0])
        for reply_id in self.told:
            await tab.until_end(reply_id)
        await tab.until(lambda: len(tab.messages) == len(rows))
        assert {seq: tab.messages[seq]["id"] for seq in sorted(tab.messages)} == {row["seq"]: row["id"] for row in rows}
        by_id = {row["id"]: row for row in rows}
        assert all(copy.text == by_id[reply_id]["text"] for reply_id, copy in tab.copies.items())
        assert all(count == 1 for count in tab.ends.values())
        await tab.drop()


class School:
    """Two nodes, a student with a socket on each, and a teacher with a socket on each."""

    def __init__(self, pair: Pair, student: Person, teacher: Person, hands: list[Socket]) -> None:
        self.pair = pair
        self.student = student
        self.teacher = teacher
        self.hands = hands

    async def lesson(self) -> Lesson:
        room = Room(self.student, self.hands[0], await self.student.converse(self.hands[0]))
        return Lesson(self.pair, room, self.teacher, self.hands)


@pytest.fixture(scope="module")
async def school(settings: Settings) -> AsyncIterator[School]:
    async with a_pair(settings) as pair:
        teacher, (student,), _ = await pair.people.classroom()
        hands = [await _at(person, node).connect() for person in (student, teacher) for node in pair.nodes]
        yield School(pair, student, teacher, hands)


def _at(person: Person, node: Any) -> Person:
    return Person(node, person.http, person.user, person.access_token, person.refresh_token, sockets=person.sockets)


STEPS = st.tuples(
    st.sampled_from(
        [
            *[Lesson.ask, Lesson.say_words, Lesson.come] * 3,
            *[Lesson.finish, Lesson.stop, Lesson.break_off, Lesson.leave, Lesson.come_back] * 2,
            *[Lesson.say_again, Lesson.say_otherwise, Lesson.note, Lesson.retry],
        ]
    ),
    st.integers(0, 1),
    st.integers(0, 9),
)


async def refusal_of(doing: Awaitable[None]) -> str | None:
    try:
        await doing
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.fault("T-34", full=FULL_RUNS, part=PART_RUNS)
@pytest.mark.timeout(3000)
@seed(int(SEED))
@examples(
    max_examples=FULL_RUNS if FULL else PART_RUNS,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # what fails here waits for something in vain, and shrinking would wait again and again
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(STEPS, min_size=2, max_size=14))
async def test_whatever_happens_in_a_lesson_all_see_the_same_and_nothing_is_lost(
    school: School, runs: Runs, steps: list[tuple[Any, int, int]]
) -> None:
    lesson, done = await school.lesson(), list[str]()
    for step, node, number in steps:
        code = await refusal_of(step(lesson, node, number))
        assert code in EXPECTED
        done.append(f"{step.__name__}({node}, {number}) -> {code}")
    note("\n".join(done))
    await lesson.judge()
    for hand in school.hands:
        hand.heard.clear()
        hand.order.clear()
    runs.done += 1
