"""What a watched class costs its watcher while fifty students are answered at once, or raise their hands."""

import asyncio
from collections.abc import AsyncGenerator

import orjson
import pytest

from tests.board.factories import watch
from tests.chat.factories import Room, a_question, a_room
from tests.conftest import Serve
from tests.core.raw import until
from tests.factories import People, Socket
from tutor.ai.model import Finish, Piece, Prompt, Usage

pytestmark = pytest.mark.timeout(180)

STUDENTS = 50
LESSON_S = 10.0
HANDS = 20
PIECES = 40
PIECE_S = 0.1
MOST_BYTES_PER_S = 5 * 1024


class Talker:
    """A Model that speaks for four seconds."""

    provider = "talker"
    name = "talker-1"

    async def stream(self, _prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        for number in range(PIECES):
            yield Piece(f"第 {number} 步，把常数移到右边。\n")
            await asyncio.sleep(PIECE_S)
        yield Finish("stop", self.provider, self.name, Usage())

    async def close(self) -> None: ...


async def learn(room: Room) -> None:
    """Ask one question after the other."""
    while True:
        sent = await room.say(f"请解释{a_question()}")
        await room.socket.until("reply.finished", reply_id=sent["reply"]["id"])


def bytes_of(socket: Socket) -> int:
    """The size of all frames that a socket was sent."""
    return sum(len(b'42["",]' + name.encode() + orjson.dumps(body)) for name, body in socket.order)


async def test_the_board_of_fifty_streaming_rooms_needs_less_than_five_kilobytes_a_second(serve: Serve) -> None:
    server = await serve(model=Talker(), chat={"max_replies": STUDENTS})
    async with People(server) as people:
        teacher, students, class_id = await people.classroom(STUDENTS)
        rooms = [await a_room(people, student) for student in students]
        desk = await watch(teacher, class_id)
        assert len(desk.first) == STUDENTS
        loop = asyncio.get_running_loop()
        began, before = loop.time(), bytes_of(desk.socket)
        lessons = [asyncio.create_task(learn(room)) for room in rooms]
        await asyncio.wait(lessons, timeout=LESSON_S)
        rate = (bytes_of(desk.socket) - before) / (loop.time() - began)
        for student in students:
            await desk.until(student, "answering")
        for lesson in lessons:
            lesson.cancel()
        await asyncio.gather(*lessons, return_exceptions=True)
        parts = sum(len(room.socket.heard["reply.delta"]) for room in rooms)
        print(f"\nboard: {rate:.0f} bytes/s in {parts} parts")  # noqa: T201  # pytest shows it when the test fails
        assert parts > STUDENTS * LESSON_S
        assert rate <= MOST_BYTES_PER_S


async def wave(room: Room) -> None:
    """Take the hand down and raise it, again and again."""
    while True:
        for command in ("hand.lower", "hand.raise"):
            await room.socket.ask(command, conversation_id=room.id)
            await asyncio.sleep(PIECE_S)


async def test_hands_that_go_up_and_down_all_the_time_need_no_more(cast: People) -> None:
    teacher, students, class_id = await cast.classroom(HANDS)
    rooms = [await a_room(cast, student) for student in students]
    desk = await watch(teacher, class_id)
    for room in rooms:
        await room.socket.ask("hand.raise", conversation_id=room.id, line="第三步看不懂")
    loop = asyncio.get_running_loop()
    began, before = loop.time(), bytes_of(desk.socket)
    waves = [asyncio.create_task(wave(room)) for room in rooms[: HANDS // 2]]
    await asyncio.wait(waves, timeout=LESSON_S)
    rate = (bytes_of(desk.socket) - before) / (loop.time() - began)
    for task in waves:
        task.cancel()
    await asyncio.gather(*waves, return_exceptions=True)
    for room in rooms:
        await room.socket.ask("hand.raise", conversation_id=room.id)
    await until(lambda: len(desk.socket.heard["hands.changed"][-1]["hands"]) == HANDS)
    print(f"\nhands: {rate:.0f} bytes/s")  # noqa: T201  # pytest shows it when the test fails
    assert rate <= MOST_BYTES_PER_S
