"""How each subject is spoken to: sign in, enter a room, ask, and know a part of the reply when it comes.

All count alike in `Client.take`: by the marks in the text, whatever the protocol around them.
"""

import asyncio
import json
import uuid
from collections.abc import Callable

from tests.bench.marks import MARK, OWN, now_us, since
from tests.bench.meter import IN_TIME_US, Meter
from tests.bench.wire import WebSocket

Json = dict[str, "Json | list[Json] | str | int | bool | None"]


class Gone(Exception):
    """The server refused or closed the connection."""


class Client(WebSocket):
    """One viewer of one room. `on_end` is called when a reply has ended."""

    DELTA = b""
    END = b""

    def __init__(self, url: str, token: str, meter: Meter) -> None:
        super().__init__(url)
        self.token = token
        self.room = ""
        self.on_end: Callable[[], None] = lambda: None
        self.signed_in: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._meter = meter
        self._answers: dict[int, asyncio.Future[bytes]] = {}
        self._asked = 0
        self._asked_at = 0
        self._expected = 0
        self._next = 0
        self._begun = False

    async def enter(self, room: str) -> None:
        """Join a room. The server must know it."""
        raise NotImplementedError

    async def make_room(self, name: str) -> str:
        """A new room of this client; most servers need none to be made."""
        return name

    def ask(self, text: str, tokens: int) -> None:
        """Ask a question that is answered with so many tokens."""
        self._expected, self._next = tokens, 0
        self._asked_at = now_us()
        self.put(text)

    def expect(self, tokens: int) -> None:
        """Another client of the room asks."""
        self._expected, self._next = tokens, 0

    @property
    def has_all(self) -> bool:
        """Whether no reply is awaited."""
        return self._expected == 0

    def put(self, text: str) -> None:
        """Send a question."""
        raise NotImplementedError

    def message(self, payload: bytes) -> None:
        if payload.startswith(self.DELTA):
            self.take(payload)
        elif payload.startswith(self.END) and self._expected:
            self._end()
        else:
            self.control(payload)

    def take(self, payload: bytes) -> None:
        """Count a part of a reply."""
        meter, now, due = self._meter, now_us(), self._next
        marks = MARK.findall(payload)
        if not marks:
            return
        for number, sent in marks:
            if int(number, 16) != due:
                meter.out_of_order += 1
                due = int(number, 16)
            due += 1
            if meter.window_us:
                at = int(sent, 16)
                meter.in_time += since(at, now) <= IN_TIME_US and since(meter.since_us, at) < meter.window_us
            if meter.recording:
                meter.delays.append(since(int(sent, 16), now))
        if self._next == 0 and self._asked_at and meter.recording and (own := OWN.search(payload)):
            meter.first_tokens.append(max(0, since(self._asked_at, now) - int(own[1], 16)))
        if not self._begun:
            self._begun = True
            meter.begun += 1
        self._next = due
        meter.frames += 1
        meter.tokens += len(marks)

    def _end(self) -> None:
        if self._next == self._expected:
            self._meter.whole += 1
        else:
            self._meter.short += 1
        self._expected = 0
        self.on_end()

    def control(self, payload: bytes) -> None:
        """Anything but a part or the end of a reply."""

    def ended(self) -> None:
        self._meter.closed += 1
        if not self.signed_in.done():
            self.signed_in.set_exception(Gone())
        for answer in self._answers.values():
            answer.set_exception(Gone())
        self._answers.clear()


class SocketIO(Client):
    """The plain relays of python-socketio and of Node: `join`, `ask`, `token`, `done`."""

    DELTA = b'42["token"'
    END = b'42["done"'

    def auth(self) -> Json:
        return {"token": self.token}

    def control(self, payload: bytes) -> None:
        if payload == b"2":
            self.say("3")
        elif payload.startswith(b"0"):
            self.say("40" + json.dumps(self.auth()))
        elif payload.startswith(b"40") and not self.signed_in.done():
            self.signed_in.set_result(True)
        elif payload.startswith(b"44") and not self.signed_in.done():
            self.signed_in.set_exception(Gone(payload.decode()))
        elif payload.startswith(b"43"):
            number, bracket, _ = payload[2:].partition(b"[")
            self._answers.pop(int(number)).set_result(bracket + payload[2 + len(number) + 1 :])

    async def call(self, event: str, body: Json) -> bytes:
        """Send an event and wait for its answer, a JSON array."""
        self._asked += 1
        answer = self._answers[self._asked] = asyncio.get_running_loop().create_future()
        self.say(f"42{self._asked}{json.dumps([event, body])}")
        return await asyncio.wait_for(answer, 30)

    def emit(self, event: str, body: Json) -> None:
        self.say(f"42{json.dumps([event, body])}")

    async def enter(self, room: str) -> None:
        self.room = room
        await self.call("join", {"room": room})

    def put(self, text: str) -> None:
        self.emit("ask", {"room": self.room, "q": text})


class Tutor(SocketIO):
    """Wuhao Tutor itself."""

    DELTA = b'42["reply.delta"'
    END = b'42["reply.finished"'

    def auth(self) -> Json:
        return {"token": self.token, "client": "bench", "version": "1"}

    async def _data(self, command: str, body: Json) -> dict[str, dict[str, str]]:
        answer = json.loads(await self.call(command, body))[0]
        if not answer["success"]:
            raise Gone(f"{command}: {answer['error']}")
        data: dict[str, dict[str, str]] = answer["data"]
        return data

    async def make_room(self, name: str) -> str:
        made = await self._data("conversation.create", {"client_id": str(uuid.uuid4()), "title": name})
        return made["conversation"]["id"]

    async def enter(self, room: str) -> None:
        self.room = room
        await self._data("conversation.open", {"conversation_id": room})

    def put(self, text: str) -> None:
        self.emit("message.send", {"conversation_id": self.room, "client_id": str(uuid.uuid4()), "text": text})


class Raw(Client):
    """The relay without Socket.IO: one JSON object a message."""

    DELTA = b'{"t":'
    END = b'{"done"'

    def opened(self) -> None:
        self.signed_in.set_result(True)

    async def enter(self, room: str) -> None:
        self.room = room
        answer = self._answers[0] = asyncio.get_running_loop().create_future()
        self.say(json.dumps({"join": room}))
        await asyncio.wait_for(answer, 30)

    def control(self, payload: bytes) -> None:
        if payload.startswith(b'{"joined"'):
            self._answers.pop(0).set_result(payload)

    def put(self, text: str) -> None:
        self.say(json.dumps({"ask": self.room, "q": text}))


class Chainlit(SocketIO):
    """Chainlit's own protocol; each socket is a room."""

    DELTA = b'42["stream_'
    END = b'42["task_end"'

    def auth(self) -> Json:
        session = str(uuid.uuid4())
        return {"clientType": "webapp", "sessionId": session, "threadId": "", "userEnv": "{}", "chatProfile": ""}

    async def enter(self, room: str) -> None:
        self.room = room
        self.say('42["connection_successful"]')
        await asyncio.sleep(0.05)

    def put(self, text: str) -> None:
        question: Json = {
            "id": str(uuid.uuid4()),
            "threadId": "",
            "name": "user",
            "type": "user_message",
            "output": text,
            "createdAt": "2026-01-01T00:00:00.000Z",
        }
        self.emit("client_message", {"message": question, "fileReferences": []})


CLIENTS: dict[str, type[Client]] = {"tutor": Tutor, "socketio": SocketIO, "raw": Raw, "chainlit": Chainlit}
