"""The socket door: tables of typed commands, and one Door that validates, authorises, calls and translates errors.

Rooms of the house declare commands in their `sockets.py` with an EventTable; `core/transport.py` feeds the Door.
Commands of one socket run one after another, so that what a client sent first happens first.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

import orjson
import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutor.core.caller import Caller, Language
from tutor.core.clock import Clock, new_id
from tutor.core.doors import (
    Access,
    Authenticate,
    Sentences,
    check_access,
    error_body,
    explain,
    invalid_input,
    model_hint,
)
from tutor.core.errors import (
    Busy,
    Internal,
    Malformed,
    Stopping,
    TokenExpired,
    TutorError,
    Unauthenticated,
    UnknownEvent,
)
from tutor.core.line import ack_frame, event_frame
from tutor.core.messages import Answer, Command, Event
from tutor.core.rooms import Rooms
from tutor.core.transport import Transport

log = structlog.get_logger(__name__)

MAX_WAITING = 64
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Call:
    """One command being handled: who asks, through which socket, in which application."""

    app: web.Application
    caller: Caller
    sid: str


Handler = Callable[[Call, Command], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A command as it was declared."""

    name: str
    access: Access
    command: type[Command]
    answer: type[Answer]
    handler: Handler
    text: str


class EventTable:
    """The socket commands of one room of the house."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def on(self, name: str, *, access: Access = "user") -> Callable[[Callable[..., Awaitable[Answer]]], Handler]:
        """Declare a handler `(call, command: SomeCommand) -> SomeAnswer`; its annotations are its protocol."""

        def declare(handler: Callable[..., Awaitable[Answer]]) -> Handler:
            command = model_hint(handler, "command", Command)
            answer = model_hint(handler, "return", Answer)
            text = (handler.__doc__ or "").strip()
            self.entries.append(Entry(name, access, command, answer, handler, text))
            return handler

        return declare


class Hello(BaseModel):
    """What a client says when it connects."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    token: str = Field(max_length=4096)
    client: str = Field(default="program", max_length=32)
    version: str = Field(default="1", max_length=32)


class Bye(Event):
    """The server is about to close this socket; come back after `after_ms`, unless `code` says the sign-in ended."""

    event: ClassVar[str] = "bye"
    code: str
    after_ms: int


@dataclass(slots=True)
class Peer:
    """An admitted socket: who is behind it, and its commands that wait for their turn."""

    caller: Caller
    inbox: deque[tuple[list[object], int | None]] = field(default_factory=deque)
    worker: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None


class Door:
    """Admits sockets, runs their commands and answers them. The listener behind the Transport."""

    def __init__(
        self,
        app: web.Application,
        transport: Transport,
        rooms: Rooms,
        words: Sentences,
        clock: Clock,
        *,
        sockets_per_user: int,
    ) -> None:
        self._app = app
        self._transport = transport
        self._rooms = rooms
        self._words = words
        self._clock = clock
        self._sockets_per_user = sockets_per_user
        self._entries: dict[str, Entry] = {}
        self._authenticate: Authenticate | None = None
        self.peers: dict[str, Peer] = {}
        self.open = True

    def add(self, tables: Iterable[EventTable]) -> None:
        """Take in the commands of the rooms."""
        for table in tables:
            for entry in table.entries:
                if entry.name in self._entries:
                    raise ValueError(f"{entry.name} is declared twice")
                self._entries[entry.name] = entry

    def admit_with(self, authenticate: Authenticate) -> None:
        """Say who reads tokens (accounts does, above this floor)."""
        self._authenticate = authenticate

    async def connect(self, sid: str, auth: object) -> None:
        """Admit a socket whose token is good.

        Raises:
            Unauthenticated, TokenExpired, SessionEnded: the token is not.
            Busy: this user has too many sockets.
            Stopping: the server is going down.

        """
        result = await self._guard(self._admit(sid, auth))
        if isinstance(result, TutorError):
            await self.disconnect(sid)
            raise result

    async def _admit(self, sid: str, auth: object) -> Caller:
        if not self.open:
            raise Stopping
        try:
            hello = Hello.model_validate(auth)
        except ValidationError as error:
            raise Unauthenticated from error
        caller = await self.read_token(hello.token)
        if sum(peer.caller.id == caller.id for peer in self.peers.values()) >= self._sockets_per_user:
            raise Busy(retry_after_s=5)
        self.peers[sid] = Peer(caller)
        self._end_with_token(sid)
        await self._rooms.enter(sid, caller, f"user:{caller.id}")
        log.info("socket_connected", sid=sid, user=caller.id, client=hello.client)
        return caller

    async def read_token(self, token: str) -> Caller:
        """The person behind a token; see Authenticate."""
        if self._authenticate is None:
            raise Unauthenticated
        return await self._authenticate(token)

    def renew(self, sid: str, caller: Caller) -> None:
        """Go on with a newer token of the same person and session.

        Raises:
            Unauthenticated: the token belongs to somebody else, or the socket is gone.

        """
        peer = self.peers.get(sid)  # it may have gone away while the token was read
        if peer is None or (caller.id, caller.session_id) != (peer.caller.id, peer.caller.session_id):
            raise Unauthenticated
        peer.caller = caller
        self._end_with_token(sid)

    def _end_with_token(self, sid: str) -> None:
        peer = self.peers[sid]
        if peer.timer is not None:
            peer.timer.cancel()
        left = (peer.caller.expires_at - self._clock.now()).total_seconds()
        peer.timer = asyncio.get_running_loop().call_later(max(left, 0), self.say_bye, sid, TokenExpired.code)

    def say_bye(self, sid: str, code: str, after_ms: int = 0) -> None:
        """Tell a client why and when to come back, then close its socket."""
        bye = Bye(code=code, after_ms=after_ms)
        self._transport.post(sid, event_frame(bye.event, bye.model_dump_json()))
        self._transport.hang_up(sid)

    def end_session(self, session_id: str, code: str) -> None:
        """Close every socket of a sign-in."""
        for sid in [sid for sid, peer in self.peers.items() if peer.caller.session_id == session_id]:
            self.say_bye(sid, code)

    def sessions(self) -> frozenset[str]:
        """The sign-ins that have a socket here."""
        return frozenset(peer.caller.session_id for peer in self.peers.values())

    async def disconnect(self, sid: str) -> None:
        """Forget a socket that is gone."""
        peer = self.peers.pop(sid, None)
        if peer is None:
            return
        if peer.timer is not None:
            peer.timer.cancel()
        peer.inbox.clear()
        await self._rooms.leave_all(sid)
        log.info("socket_disconnected", sid=sid, user=peer.caller.id)

    def receive(self, sid: str, data: list[object], ack_id: int | None) -> None:
        """Queue a command behind the earlier ones of its socket."""
        peer = self.peers.get(sid)
        if peer is None:
            return
        if len(peer.inbox) >= MAX_WAITING:
            self._acknowledge(sid, ack_id, self._failure(Busy(retry_after_s=1), peer.caller.language))
            return
        peer.inbox.append((data, ack_id))
        if peer.worker is None:
            peer.worker = asyncio.create_task(self._work(sid, peer))

    async def _work(self, sid: str, peer: Peer) -> None:
        try:
            while peer.inbox:
                data, ack_id = peer.inbox.popleft()
                self._acknowledge(sid, ack_id, await self._answer(sid, peer, data))
                if sid not in self.peers:  # it went away while its command entered a room
                    await self._rooms.leave_all(sid)
        finally:
            peer.worker = None

    async def _answer(self, sid: str, peer: Peer, data: list[object]) -> bytes:
        name = data[0] if data and isinstance(data[0], str) else ""
        with structlog.contextvars.bound_contextvars(request_id=new_id(), user=peer.caller.id, sid=sid):
            result = await self._guard(self._run(sid, peer, name, data[1:]))
        if isinstance(result, TutorError):
            log.info("command_refused", event_name=name[:60], code=result.code, user=peer.caller.id)
            return self._failure(result, peer.caller.language)
        return b'{"success":true,"data":' + result.model_dump_json(by_alias=True).encode() + b"}"

    async def _run(self, sid: str, peer: Peer, name: str, payload: list[object]) -> Answer:
        entry = self._entries.get(name)
        if not name:
            raise Malformed
        if entry is None:
            raise UnknownEvent(event=name[:60])
        if not self.open:
            raise Stopping
        if peer.caller.expires_at <= self._clock.now() and name != "session.renew":
            raise TokenExpired
        check_access(entry.access, peer.caller)
        try:
            command = entry.command.model_validate(payload[0] if payload else {})
        except ValidationError as error:
            raise invalid_input(error) from error
        return await entry.handler(Call(self._app, peer.caller, sid), command)

    async def _guard(self, work: Awaitable[Done]) -> Done | TutorError:
        """The socket door's one broad except: whatever goes wrong becomes a named error, and a traceback in the log."""
        try:
            return await work
        except TutorError as error:
            return error
        except Exception as error:
            named = explain(error)
            log.exception("command_failed", code=named.code)
            return named
        except asyncio.CancelledError:
            log.warning("command_cancelled")
            return Internal()

    def _failure(self, error: TutorError, language: Language) -> bytes:
        return error_body(error, self._words, language)

    def _acknowledge(self, sid: str, ack_id: int | None, body: bytes) -> None:
        if ack_id is not None:
            self._transport.post(sid, ack_frame(ack_id, body.decode()))

    def refusal(self, error: TutorError) -> str:
        """The body of a refused CONNECT: its `data` is the error, as socket clients expect."""
        body = orjson.loads(error_body(error, self._words, "zh"))["error"]
        return orjson.dumps({"message": body["code"], "data": body}).decode()


DOOR: web.AppKey[Door] = web.AppKey("door", Door)
