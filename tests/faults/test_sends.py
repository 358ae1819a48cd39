"""Messages sent again, in any order, with another body, or while the server breaks inside: stored once (P1)."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from pymongo.errors import AutoReconnect
from socketio.exceptions import ConnectionError as ConnectionError_

from tests.chat.factories import Asked, Room, a_question, a_room
from tests.core.raw import until
from tests.factories import Json, Person, Refused, Socket, a_client_id
from tests.faults.pairs import Pair, a_pair
from tests.faults.runs import Runs
from tutor.chat.context import REPLIES
from tutor.core.mongo import MONGO, Document
from tutor.core.sockets import DOOR, Call
from tutor.settings import Settings

COPIES = 10
AT_ONCE = 20


@pytest.fixture(scope="module")
async def pair(settings: Settings) -> AsyncIterator[Pair]:
    async with a_pair(settings, chat={"lease_s": 2.0}) as two:
        yield two


# T-23: every message ten times, out of order, on both nodes, some with another body


@pytest.mark.fault("T-23", full=1000, part=30)
async def test_a_message_sent_ten_times_in_any_order_is_stored_once(pair: Pair, runs: Runs) -> None:
    teacher, (student,), _ = await pair.people.classroom()
    room = await a_room(pair.people, student)
    ids = [a_client_id() for _ in range(runs.required)]
    sends = [(number, copy) for number in range(len(ids)) for copy in range(COPIES)]
    runs.chance.shuffle(sends)
    sockets = [await replace(teacher, server=pair.nodes[number % 2]).connect() for number in range(AT_ONCE)]
    answers: dict[int, list[Json | Refused]] = {number: [] for number in range(len(ids))}

    async def send_some(socket: Socket) -> None:
        while sends:
            number, copy = sends.pop()
            text = f"note {number}" if copy else f"another body for {number}"
            answers[number].append(await send(room, socket, ids[number], text))

    await asyncio.gather(*(send_some(socket) for socket in sockets))
    await see_each_once(room, ids, answers)
    runs.count(times=len(ids))


async def send(room: Room, socket: Socket, client_id: str, text: str) -> Json | Refused:
    """The ack of a message; one that was too fast for the server is sent again."""
    while True:
        try:
            return await room.say(text, socket, client_id=client_id)
        except Refused as refused:
            if refused.code != "rate_limited":
                return refused
            await asyncio.sleep(refused.details["retry_after_s"])


async def see_each_once(room: Room, ids: list[str], answers: dict[int, list[Json | Refused]]) -> None:
    stored = {message["client_id"]: message for message in await room.messages()}
    assert sorted(stored) == sorted(ids)
    assert [message["seq"] for message in stored.values()] == list(range(1, len(ids) + 1))
    for number, client_id in enumerate(ids):
        acks = [each for each in answers[number] if not isinstance(each, Refused)]
        refusals = [each.code for each in answers[number] if isinstance(each, Refused)]
        assert all(ack["message"] == stored[client_id] for ack in acks)
        other_was_first = stored[client_id]["text"] != f"note {number}"
        assert Counter(refusals) == {"conflict": COPIES - 1 if other_was_first else 1}
        assert len(acks) == (1 if other_was_first else COPIES - 1)


# T-28: a handler breaks at each of its awaits


class Broken(Exception):
    """The fault that tests put in."""


class BreaksAt:
    """An awaitable that does `work`, but breaks at its await number `place`, counted from 0. `reached` says if so."""

    def __init__(self, work: Awaitable[Any], place: int, fault: BaseException) -> None:
        self.reached = False
        self._steps = work.__await__()
        self._place = place
        self._fault = fault

    def __await__(self) -> Generator[Any, Any, Any]:
        place, step = 0, self._steps.send
        sent: Any = None
        while True:
            try:
                waited_for = step(sent)
            except StopIteration as done:
                return done.value
            if place == self._place:
                self.reached, step, sent = True, self._steps.throw, self._fault
                if waited_for is not None:  # asyncio.sleep(0) waits for nothing
                    waited_for.cancel()
            else:
                step, sent = self._steps.send, (yield waited_for)
            place += 1


FAULTS: list[Callable[[], BaseException]] = [Broken, asyncio.CancelledError, TimeoutError]


class Sabotage:
    """Breaks one command of a node at one await of its handler."""

    def __init__(self, pair: Pair, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
        entries = pair.nodes[0].app[DOOR]._entries
        entry = entries[command]
        self.next: tuple[int, Callable[[], BaseException]] | None = None
        self.reached = False

        async def handle(call: Call, command: Any) -> Any:
            if self.next is None:
                return await entry.handler(call, command)
            (place, fault), self.next = self.next, None
            work = BreaksAt(entry.handler(call, command), place, fault())
            try:
                return await work
            finally:
                self.reached = work.reached

        monkeypatch.setitem(entries, command, replace(entry, handler=handle))

    async def ask(
        self, socket: Socket, command: str, place: int, fault: Callable[[], BaseException], **body: Any
    ) -> Json | Refused:
        """The answer to a command that breaks at await number `place`, if it has so many."""
        self.next, self.reached = (place, fault), False
        try:
            return await socket.ask(command, **body)
        except Refused as refused:
            return refused


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("role", ["student", "teacher"])
async def test_a_message_is_only_acknowledged_when_it_is_stored(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, role: str, fault: Callable[[], BaseException]
) -> None:
    teacher, (student,), _ = await pair.people.classroom()
    sabotage = Sabotage(pair, "message.send", monkeypatch)
    place, reached = 0, True
    while reached:
        room = await a_room(pair.people, student)
        socket = await (student if role == "student" else teacher).connect()
        body = {"conversation_id": room.id, "client_id": a_client_id(), "text": f"why {uuid.uuid4().hex}?"}
        answer = await sabotage.ask(socket, "message.send", place, fault, **body)
        reached = sabotage.reached
        rows = await rows_of(pair, client_id=body["client_id"])
        if isinstance(answer, Refused):
            assert reached
            answer = await socket.ask("message.send", **body)
            rows = await rows_of(pair, client_id=body["client_id"])
        assert [row["_id"] for row in rows] == [answer["message"]["id"]]
        if role == "student":
            await see_one_reply(pair, room, body["text"], answer["reply"]["id"])
        await socket.close()
        place += 1
    assert place > 5


async def rows_of(pair: Pair, **wanted: str) -> list[Document]:
    """The stored messages that fit."""
    return await pair.nodes[0].app[MONGO]["messages"].find(wanted).to_list()


async def see_one_reply(pair: Pair, room: Room, question: str, reply_id: str) -> None:
    """The question gets the one reply that was promised, whatever broke."""
    answering = asyncio.create_task(answer_all(pair, question))
    end = await room.socket.until("reply.finished", reply_id=reply_id)
    answering.cancel()
    assert end["state"] in {"complete", "interrupted"}
    assert [(message["seq"], message["id"]) for message in await room.messages()][1:] == [(2, reply_id)]


async def answer_all(pair: Pair, question: str) -> None:
    """Answer a question as often as the model is asked it."""
    attempt = 1
    while True:
        line = await pair.puppet.line(question, attempt)
        line.say("because")
        line.finish()
        attempt += 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_conversation_is_only_acknowledged_when_it_is_stored(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, fault: Callable[[], BaseException]
) -> None:
    student = await pair.people.student()
    socket = await student.connect()
    sabotage = Sabotage(pair, "conversation.create", monkeypatch)
    place, reached = 0, True
    while reached:
        client_id = a_client_id()
        answer = await sabotage.ask(socket, "conversation.create", place, fault, client_id=client_id)
        reached = sabotage.reached
        if isinstance(answer, Refused):
            assert reached
            answer = await socket.ask("conversation.create", client_id=client_id)
        rows = await pair.nodes[0].app[MONGO]["conversations"].find({"client_id": client_id}).to_list()
        assert [row["_id"] for row in rows] == [answer["conversation"]["id"]]
        place += 1
    assert place > 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("verb", ["stop", "retry"])
async def test_a_command_on_a_reply_that_breaks_can_be_given_again(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, verb: str, fault: Callable[[], BaseException]
) -> None:
    student = await pair.people.student()
    sabotage = Sabotage(pair, f"reply.{verb}", monkeypatch)
    place, reached = 0, True
    while reached:
        ask = await pair.ask(student=student)
        await (stop_it if verb == "stop" else retry_it)(pair, ask, sabotage, place, fault)
        reached = sabotage.reached
        place += 1
    assert place > 1


async def stop_it(pair: Pair, ask: Asked, sabotage: Sabotage, place: int, fault: Callable[[], BaseException]) -> None:
    ids = {"conversation_id": ask.room.id, "reply_id": ask.reply_id}
    answer = await sabotage.ask(ask.room.socket, "reply.stop", place, fault, **ids)
    if isinstance(answer, Refused):
        with suppress(Refused):
            await ask.room.socket.ask("reply.stop", **ids)
    await ask.ended("stopped")


async def retry_it(pair: Pair, ask: Asked, sabotage: Sabotage, place: int, fault: Callable[[], BaseException]) -> None:
    ids = {"conversation_id": ask.room.id, "reply_id": ask.reply_id}
    ask.line.finish()
    await ask.ended("complete")
    answer = await sabotage.ask(ask.room.socket, "reply.retry", place, fault, **ids)
    if isinstance(answer, Refused):
        try:
            answer = await ask.room.socket.ask("reply.retry", **ids)
        except Refused:
            answer = {"reply": {"id": (await ask.room.messages())[-1]["id"]}}
    answering = asyncio.create_task(answer_all(pair, ask.question))
    end = await ask.room.socket.until("reply.finished", reply_id=answer["reply"]["id"])
    answering.cancel()
    assert end["state"] in {"complete", "interrupted"}
    assert [message["seq"] for message in await ask.room.messages()] == [1, 2, 3]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_socket_whose_admission_breaks_is_not_admitted(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, fault: Callable[[], BaseException]
) -> None:
    student, door = await pair.people.student(), pair.nodes[0].app[DOOR]
    admit, place, reached = door.connect, 0, True
    agreed: list[str] = []
    while reached:

        async def connect(sid: str, auth: object, place: int = place) -> None:
            nonlocal reached
            work = BreaksAt(admit(sid, auth), place, fault())
            try:
                await work
                agreed.append(sid)
            finally:
                reached = work.reached

        monkeypatch.setattr(door, "connect", connect)
        agreed.clear()
        assert await is_admitted(student) is bool(agreed)
        place += 1
    assert place > 1
    await until(lambda: not any(peer.caller.id == student.id for peer in door.peers.values()))


async def is_admitted(student: Person) -> bool:
    try:
        await (await student.connect()).close()
    except ConnectionError_:
        return False
    return True


async def test_a_question_whose_lost_write_lands_while_it_is_sent_again_is_answered(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies, room = pair.nodes[0].app[REPLIES], await a_room(pair.people)
    store, claims = replies._store, replies.claims
    write, take = store.add_question, claims.take
    late: list[tuple[Any, ...]] = []

    async def lose(*question: Any) -> None:
        monkeypatch.setattr(store, "add_question", write)
        late.append(question)
        raise AutoReconnect("no answer")

    async def take_and_land(*claim: Any) -> None:
        await take(*claim)
        if late:
            await write(*late.pop())

    monkeypatch.setattr(store, "add_question", lose)
    monkeypatch.setattr(claims, "take", take_and_land)
    question, client_id = a_question(), a_client_id()
    with pytest.raises(Refused, match="store_unavailable"):
        await room.say(question, client_id=client_id)
    sent = await room.say(question, client_id=client_id)
    await see_one_reply(pair, room, question, sent["reply"]["id"])
