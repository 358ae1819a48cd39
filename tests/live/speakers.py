"""People who keep talking to a server that keeps dying, and a ledger of everything it has acknowledged to them.

Used by `test_crashes.py`. Like good clients they send an unanswered message again under the same `client_id`.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import aiohttp
import socketio

from tests.factories import Addressed, Json, Person, Refused, Socket, a_client_id

PATIENCE_S = 30.0
PAUSE_S = 0.05
AGAIN = frozenset({"store_unavailable", "stopping", "busy"})
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Acked:
    """A message whose ack has arrived."""

    conversation_id: str
    client_id: str
    text: str
    message: Json
    reply_id: str | None


@dataclass
class Ledger:
    """All that the server has acknowledged."""

    acked: list[Acked] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)

    def acked_in(self, conversation_id: str) -> Iterator[Acked]:
        return (each for each in self.acked if each.conversation_id == conversation_id)


async def sign_in(server: Addressed, http: aiohttp.ClientSession, username: str, password: str) -> Person:
    async with http.post("/api/v1/auth/login", json={"username": username, "password": password}) as response:
        answer = await response.json()
    return Person(server, http, answer["user"], answer["access_token"], answer["refresh_token"], password)


class Speaker:
    """One person with one socket, which is opened again whenever it is lost."""

    def __init__(self, person: Person, ledger: Ledger) -> None:
        self.person = person
        self.ledger = ledger
        self._socket: Socket | None = None
        self._connecting = asyncio.Lock()
        self._answers = asyncio.Condition()
        self._count = 0

    async def talk(self, stop: asyncio.Event) -> None:
        """Send as fast as answers come, until `stop`; what was begun is brought to its end."""
        raise NotImplementedError

    async def ask(self, command: str, **payload: object) -> Json:
        """Send a command until it is answered."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return await self._try(command, payload)
            except (socketio.exceptions.SocketIOError, Refused) as error:
                if (isinstance(error, Refused) and error.code not in AGAIN) or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(PAUSE_S)

    async def send(self, conversation_id: str, client_id: str, text: str) -> Json:
        return await self.ask("message.send", conversation_id=conversation_id, client_id=client_id, text=text)

    async def say(self, conversation_id: str, text: str) -> None:
        """Send a new message and write its ack into the ledger."""
        client_id = a_client_id()
        answer = await self.send(conversation_id, client_id, text)
        reply_id = answer["reply"]["id"] if answer["reply"] else None
        self.ledger.acked.append(Acked(conversation_id, client_id, text, answer["message"], reply_id))
        self._count += 1
        async with self._answers:
            self._answers.notify_all()

    async def until_answered(self, times: int = 3) -> None:
        """Wait for some more acks from now on."""
        wanted = self._count + times
        async with asyncio.timeout(PATIENCE_S), self._answers:
            await self._answers.wait_for(lambda: self._count >= wanted)

    async def _try(self, command: str, payload: Json) -> Json:
        socket = await self._connected()
        asking = asyncio.ensure_future(socket.ask(command, **payload))
        gone = asyncio.ensure_future(socket.gone.wait())
        try:
            await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return asking.result()
            raise socketio.exceptions.DisconnectedError
        finally:
            asking.cancel()
            gone.cancel()

    async def _connected(self) -> Socket:
        async with self._connecting:
            if self._socket is None or self._socket.gone.is_set():
                self._socket = await self.person.connect()
            return self._socket


class Student(Speaker):
    """Asks in one room as long as the tutor has time there, and opens another room when it is still writing."""

    def __init__(self, person: Person, ledger: Ledger) -> None:
        super().__init__(person, ledger)
        self._room = ""

    async def begin(self) -> str:
        """Open a new conversation."""
        created = await self.ask("conversation.create", client_id=a_client_id(), subject="math")
        self._room = created["conversation"]["id"]
        self.ledger.conversations.append(self._room)
        return self._room

    async def talk(self, stop: asyncio.Event) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                await self.say(self._room, f"解方程 {number}x + 3 = {number + 7}")
            except Refused as refused:
                if refused.code != "reply_running":
                    raise
                await self.begin()


class Teacher(Speaker):
    """Writes notes into the students' rooms, several at once."""

    def __init__(self, person: Person, ledger: Ledger, rooms: list[str]) -> None:
        super().__init__(person, ledger)
        self._rooms = rooms

    async def talk(self, stop: asyncio.Event) -> None:
        number = 0
        while not stop.is_set():
            notes = range(number, number + AT_ONCE)
            await asyncio.gather(*(self.say(self._rooms[note % len(self._rooms)], f"第 {note} 条") for note in notes))
            number += AT_ONCE
