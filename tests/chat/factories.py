"""A model that tests lead by hand, and rooms to talk in."""

import asyncio
import json
import uuid
from collections import defaultdict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from tests.factories import WAIT_S, Json, People, Person, Server, Socket, a_client_id
from tutor.ai.errors import ModelError
from tutor.ai.model import Finish, FinishReason, Piece, Prompt, Usage
from tutor.chat.context import CHAT, REPLIES
from tutor.chat.reply import Replies
from tutor.chat.service import Chat
from tutor.core.caller import Caller
from tutor.core.clock import Clock


@dataclass
class Line:
    """One reply that waits for its words."""

    prompt: Prompt
    words: asyncio.Queue[Piece | Finish | ModelError] = field(default_factory=asyncio.Queue)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, *texts: str) -> None:
        for text in texts:
            self.words.put_nowait(Piece(text))

    def finish(self, reason: FinishReason = "stop") -> None:
        self.words.put_nowait(Finish(reason, "puppet", "puppet-2", Usage(3, 5)))

    def fail(self, error: ModelError) -> None:
        self.words.put_nowait(error)


class Puppet:
    """A Model whose replies are spoken by the test, each piece as a part of its own on the servers that it follows."""

    provider = "puppet"
    name = "puppet-1"

    def __init__(self) -> None:
        self._lines: dict[str, list[Line]] = defaultdict(list)
        self._news = asyncio.Condition()
        self._followed: list[Replies] = []

    def follow(self, server: Server) -> None:
        """Say the next piece only when the last one was shown there."""
        self._followed.append(server.app[REPLIES])

    async def _shown(self, prompt: Prompt) -> None:
        """Wait for those who write from this very prompt: a dead node may hold the same question for ever."""
        for running in [one for replies in self._followed for one in replies._running.values()]:
            if running.prompt is prompt:
                await running.quiet.wait()

    async def line(self, question: str, attempt: int = 1) -> Line:
        """The reply to a question, as soon as it has begun."""
        async with asyncio.timeout(WAIT_S), self._news:
            await self._news.wait_for(lambda: len(self._lines[question]) >= attempt)
        return self._lines[question][attempt - 1]

    def begun(self, question: str) -> bool:
        return bool(self._lines[question])

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:
        line = Line(prompt)
        self._lines[prompt.question].append(line)
        async with self._news:
            self._news.notify_all()
        try:
            while True:
                word = await line.words.get()
                if isinstance(word, ModelError):
                    raise word
                yield word
                await self._shown(prompt)
                if isinstance(word, Finish):
                    return
        finally:
            line.closed.set()

    def finish_all(self) -> None:
        """End what was left open, so that the server need not wait for it."""
        for lines in self._lines.values():
            for line in lines:
                line.finish()

    async def close(self) -> None: ...


def a_question() -> str:
    """A question nobody has asked."""
    return f"why {uuid.uuid4().hex[:12]}?"


@dataclass
class Room:
    """A student's conversation, open on one of their sockets."""

    student: Person
    socket: Socket
    id: str

    async def say(self, text: str, socket: Socket | None = None, **changes: Any) -> Json:
        """Send a message and return the ack."""
        payload = {"conversation_id": self.id, "client_id": a_client_id(), "text": text, **changes}
        return await (socket or self.socket).ask("message.send", **payload)

    async def open(self, socket: Socket | None = None, **changes: Any) -> Json:
        return await (socket or self.socket).ask("conversation.open", conversation_id=self.id, **changes)

    async def on_reply(self, command: str, reply_id: str, socket: Socket | None = None, **changes: Any) -> Json:
        """`stop`, `retry` or `rate` a reply."""
        return await (socket or self.socket).ask(
            f"reply.{command}", conversation_id=self.id, reply_id=reply_id, **changes
        )

    async def messages(self) -> list[Json]:
        """Everything in the room, over HTTP."""
        items: list[Json] = []
        after: int | None = 0
        while after is not None:
            page = await self.student.call("GET", f"/conversations/{self.id}/messages?after_seq={after}&limit=100")
            items += page["items"]
            after = page["next"]
        return items


async def a_room(people: People, student: Person | None = None, **changes: Any) -> Room:
    """A fresh student in a fresh conversation."""
    owner = student or await people.student()
    socket = await owner.connect()
    return Room(owner, socket, await owner.converse(socket, **changes))


@dataclass
class Asked:
    """A question that was asked on a puppet's server."""

    room: Room
    question: str
    reply_id: str
    line: Line

    async def ended(self, state: str, socket: Socket | None = None) -> Json:
        """Wait for the end of the reply and see its state."""
        end = await (socket or self.room.socket).until("reply.finished", reply_id=self.reply_id)
        assert end["state"] == state
        return end

    async def heard(self, parts: int, socket: Socket | None = None) -> list[str]:
        """The texts of the first parts, once that many have come."""
        where = socket or self.room.socket
        await where.until("reply.delta", parts, reply_id=self.reply_id)
        return parts_of(where, self.reply_id)


def parts_of(socket: Socket, reply_id: str) -> list[str]:
    """The texts of the parts that a socket has heard; they must count 0, 1, 2 from its first."""
    heard = [body for body in socket.heard["reply.delta"] if body["reply_id"] == reply_id]
    numbers = [body["part"] for body in heard]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    return [body["text"] for body in heard]


async def asked(puppet: Puppet, room: Room) -> Asked:
    """Ask a fresh question in a room."""
    question = a_question()
    sent = await room.say(question)
    return Asked(room, question, sent["reply"]["id"], await puppet.line(question))


def chat_of(server: Server) -> Chat:
    return server.app[CHAT]


def a_caller(person: Person) -> Caller:
    """The person as services see them."""
    user = person.user
    return Caller(user["id"], user["role"], user["display_name"], user["language"], "session", Clock().now())


@dataclass
class Lesson:
    """A student's room with a teacher of theirs in it."""

    room: Room
    teacher: Person
    desk: Socket
    class_id: str

    @property
    def id(self) -> str:
        return self.room.id

    async def floor(self, state: str, desk: Socket | None = None, **changes: Any) -> Json:
        """Give the floor to the teacher, to the tutor, or to the tutor under her eyes; gives the floor then."""
        payload = {"conversation_id": self.id, "state": state, **changes}
        floor: Json = (await (desk or self.desk).ask("floor.set", **payload))["conversation"]["floor"]
        return floor

    async def on_draft(self, verb: str, reply_id: str, desk: Socket | None = None, **changes: Any) -> Json:
        """`send` or `reject` a draft."""
        payload = {"conversation_id": self.id, "reply_id": reply_id, **changes}
        message: Json = (await (desk or self.desk).ask(f"draft.{verb}", **payload))["message"]
        return message

    async def draft(self, puppet: Puppet, *texts: str) -> Asked:
        """A question whose answer is written and waits for the teacher."""
        ask = await asked(puppet, self.room)
        ask.line.say(*texts)
        ask.line.finish()
        await self.desk.until("draft.ready", 1, conversation_id=self.id)
        await self.until_ready(ask.reply_id)
        return ask

    async def until_ready(self, reply_id: str, desk: Socket | None = None) -> Json:
        """The draft, once the teacher was told that it waits."""
        where = desk or self.desk

        def found() -> list[Json]:
            return [body["message"] for body in where.heard["draft.ready"] if body["message"]["id"] == reply_id]

        async with asyncio.timeout(WAIT_S), where.news:
            await where.news.wait_for(found)
        return found()[0]

    async def notices(self) -> list[Json]:
        """What the room was told by the system."""
        return [message["notice"] for message in await self.room.messages() if message["notice"]]

    async def seen_by_student(self, *sockets: Socket) -> str:
        """All that the student was ever told, and everything that they can ask for."""
        room = self.room
        replies = [message for message in await room.messages() if message["reply"]]
        answers = [
            await room.open(),
            await room.open(after_seq=0),
            *[await room.open(after_seq=0, reply={"id": reply["id"], "part": 0}) for reply in replies],
            await room.messages(),
            await room.student.call("GET", f"/conversations/{room.id}"),
            await room.student.call("GET", "/conversations"),
        ]
        told = [socket.order for socket in (room.socket, *sockets)]
        return json.dumps([answers, told], ensure_ascii=False)

    async def colleague(self, people: People) -> Socket:
        """Another teacher of the class, with the conversation open."""
        other = await people.teacher(display_name="李老师")
        await self.teacher.call("POST", f"/classes/{self.class_id}/teachers", {"username": other.user["username"]})
        desk = await other.connect()
        await self.room.open(desk)
        return desk


async def a_lesson(people: People) -> Lesson:
    """A student of a class in a conversation, and the teacher of the class in it too."""
    teacher, (student,), class_id = await people.classroom()
    room = await a_room(people, student)
    desk = await teacher.connect()
    await room.open(desk)
    return Lesson(room, teacher, desk, class_id)


async def elsewhere(people: People, person: Person) -> Socket:
    """A socket of somebody on another server."""
    return await (await people.sign_in(person.user["username"])).connect()
