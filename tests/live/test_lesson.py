"""The whole lesson: a student with two tabs and a teacher, who lose and find their connections, end with one text."""

import asyncio
import os
import random
import time
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from tests.conftest import Serve
from tests.factories import Json, People, Person, Server, a_client_id, an_ai_service
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tests.live.llama import KEY, Llama
from tests.live.viewers import Timings, Viewer
from tutor.core.mongo import Database

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

STUDENTS = 5
REPLIES_EACH = 10
TOKENS = 500
# Five rooms are watched by one teacher, and a socket that was dropped may be counted a moment longer.
SOCKETS = {"per_user": 20}


@pytest.fixture
def chance() -> random.Random:
    """Random moments that can be had again: the seed is shown when a test fails."""
    seed = int(os.environ.get("TUTOR_TEST_SEED") or random.SystemRandom().randrange(2**32))
    print(f"\nseed {seed}")  # noqa: T201  # pytest shows it when a test fails
    return random.Random(seed)  # noqa: S311  # moments, no secrets


@dataclass
class Lesson:
    """One room: the student's two tabs, then the teacher's."""

    viewers: list[Viewer]
    timings: Timings
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def room(self) -> str:
        return self.viewers[0].room

    async def ask(self, question: str, chance: random.Random, longest: int = 20) -> Json:
        """One question and its reply, in which one of the tabs loses its connection; all must end with one text."""
        began = time.monotonic()
        sent = await self.viewers[0].socket.ask(
            "message.send", conversation_id=self.room, client_id=a_client_id(), text=question
        )
        reply_id = sent["reply"]["id"]
        victim, part = chance.choice(self.viewers), chance.randint(1, longest)
        reading = [
            asyncio.create_task(follow(viewer, reply_id, part if viewer is victim else None)) for viewer in self.viewers
        ]
        await self.viewers[0].until_part(reply_id, 1) if victim is not self.viewers[0] else None
        self.timings.first_part.append(time.monotonic() - began)
        messages = await asyncio.gather(*reading)
        self.timings.whole.append(time.monotonic() - began)
        return self._agreed(reply_id, messages)

    def _agreed(self, reply_id: str, messages: list[Json]) -> Json:
        for viewer, message in zip(self.viewers, messages, strict=True):
            assert viewer.readings[reply_id].text.encode() == message["text"].encode()
            assert message == messages[0], "two viewers were told different ends"
        last = messages[0]
        self.texts[reply_id] = last["text"]
        self.timings.parts += last["reply"]["parts"]
        self.timings.characters += len(last["text"])
        return last


async def follow(viewer: Viewer, reply_id: str, drop_at: int | None) -> Json:
    if drop_at is not None:
        await viewer.until_part(reply_id, drop_at)
        await viewer.drop()
        await viewer.open()
    message = (await viewer.until_end(reply_id)).message
    assert message
    return message


async def begin(teacher: Person, student: Person, timings: Timings) -> Lesson:
    """A new room with everybody in it."""
    socket = await student.connect()
    room = (await socket.ask("conversation.create", client_id=a_client_id()))["conversation"]["id"]
    viewers = [Viewer(person, room) for person in (student, student, teacher)]
    for viewer in viewers:
        await viewer.open()
    await socket.close()
    return Lesson(viewers, timings)


async def begin_all(people: People, students: int, timings: Timings) -> list[Lesson]:
    teacher, pupils, _ = await people.classroom(students)
    return [await begin(teacher, pupil, timings) for pupil in pupils]


async def check_stored(database: Database, lessons: list[Lesson]) -> None:
    """What the viewers read is what MongoDB keeps, byte for byte."""
    for lesson in lessons:
        rows = database["messages"].find({"conversation_id": lesson.room, "reply": {"$ne": None}})
        stored = {str(row["_id"]): str(row["text"]).encode() async for row in rows}
        assert stored == {reply_id: text.encode() for reply_id, text in lesson.texts.items()}


def show(name: str, timings: Timings, lessons: list[Lesson]) -> None:
    viewers = [viewer for lesson in lessons for viewer in lesson.viewers]
    print(timings.row(name, viewers))  # noqa: T201  # the table of `pytest -s`


async def test_all_viewers_of_fifty_long_replies_end_with_the_text_of_the_ai(
    fake: FakeAI, serve: Serve, database: Database, chance: random.Random
) -> None:
    fake.default = Script(tokens=TOKENS, delay_s=0.001)
    server = await serve(ai=an_ai_service(fake.base_url), sockets=SOCKETS)
    async with People(server) as people:
        timings = Timings()
        lessons = await begin_all(people, STUDENTS, timings)

        async def ask_all(number: int, lesson: Lesson) -> None:
            for turn in range(REPLIES_EACH):
                mark = f"#{number}.{turn}#"
                message = await lesson.ask(f"{mark} 为什么?", chance)
                assert message["state"] == "complete"
                assert message["text"].encode() == sent_for(fake, mark).encode()

        await asyncio.gather(*(ask_all(number, lesson) for number, lesson in enumerate(lessons)))
        await check_stored(database, lessons)
        show("scripted AI", timings, lessons)


def sent_for(fake: FakeAI, mark: str) -> str:
    """The text that the AI service sent for the question with this mark."""
    [heard] = [each for each in fake.heard if mark in last_turn(each.body)]
    assert len(heard.sent) == TOKENS
    return heard.text


def last_turn(body: dict[str, object]) -> str:
    messages = body["messages"]
    assert isinstance(messages, list)
    return str(messages[-1]["content"])


async def test_all_viewers_of_a_real_language_model_end_with_one_text(
    llama: Llama, serve: Serve, database: Database, chance: random.Random
) -> None:
    service = an_ai_service(llama.base_url, api_key=SecretStr(KEY), total_s=90.0)
    server = await serve(ai=service, sockets=SOCKETS, chat={"max_tokens": 48, "history_tokens": 100})
    await learn(server, database, chance, "llama.cpp", ["What is a prime number?", "Is 9 prime?", "2 + 3 = ?"])


async def test_all_viewers_of_the_built_in_tutor_end_with_one_text(
    serve: Serve, database: Database, chance: random.Random
) -> None:
    server = await serve(ai={"pace_s": 0.005}, sockets=SOCKETS)
    await learn(
        server, database, chance, "built in", ["解方程 2x + 3 = 7", "解不等式 3x - 1 < 8", "分解因式 x^2 - 5x + 6"]
    )


async def learn(server: Server, database: Database, chance: random.Random, name: str, questions: list[str]) -> None:
    async with People(server) as people:
        timings = Timings()
        lessons = await begin_all(people, 1, timings)
        for question in questions:
            message = await lessons[0].ask(question, chance, longest=5)
            assert message["state"] == "complete"
            assert message["text"]
        await check_stored(database, lessons)
        show(name, timings, lessons)
