"""The socket door: one Door that admits sockets, validates, authorises and runs their commands, and translates errors.

Rooms of the house declare commands in their `sockets.py` with an EventTable; `core/transport.py` feeds the Door.
Commands of one socket run one after another, so that what a client sent first happens first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import orjson
import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.commands import Call, Entry, EventTable, entry_of
from tutor.core.crowd import Crowd
from tutor.core.doors import Authenticate, Sentences, error_body, explain
from tutor.core.errors import Busy, Internal, RateLimited, Stopping, TokenExpired, TutorError, Unauthenticated
from tutor.core.frames import ack_frame
from tutor.core.messages import Answer, Event
from tutor.core.peers import Peer, SocketLimits
from tutor.core.rooms import Rooms
from tutor.core.transport import Transport

__all__ = ["DOOR", "MAX_WAITING", "Call", "Door", "EventTable"]

log = structlog.get_logger(__name__)

MAX_WAITING = 64
FLOOD_PAUSE_MS = 30_000
REPLACED = "replaced"
Done = TypeVar("Done")
Greeting = Callable[[], Event | None]


class Hello(BaseModel):
    """What a client says when it connects."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    token: str = Field(max_length=4096)
    client: str = Field(default="program", max_length=32)
    version: str = Field(default="1", max_length=32)


class Door(Crowd):
    """Admits sockets, runs their commands and answers them. The listener behind the Transport."""

    def __init__(
        self,
        app: web.Application,
        transport: Transport,
        rooms: Rooms,
        words: Sentences,
        clock: Clock,
        *,
        limits: SocketLimits,
    ) -> None:
        super().__init__(transport, clock)
        self._app = app
        self._rooms = rooms
        self._words = words
        self._limits = limits
        self._entries: dict[str, Entry] = {}
        self._authenticate: Authenticate | None = None
        self._greeting: Greeting | None = None
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

    def greet_with(self, greeting: Greeting) -> None:
        """Say what every socket is told that was just admitted, if anything."""
        self._greeting = greeting

    async def connect(self, sid: str, auth: object) -> None:
        """Admit a socket whose token is good; a user's oldest socket makes room for one too many.

        Raises:
            Unauthenticated, TokenExpired, SessionEnded: the token is not.
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
        room = f"user:{caller.id}"
        self._make_room(room)
        self.peers[sid] = Peer(caller, self._limits, self._clock.monotonic())
        self._end_with_token(sid)
        await self._rooms.enter(sid, caller, room)
        log.info("socket_connected", sid=sid, user=caller.id, client=hello.client)
        return caller

    def _make_room(self, room: str) -> None:
        """Send a user's oldest socket away when there is one too many: a phone that flaps comes in at once."""
        staying = [sid for sid in self._rooms.sids(room) if not self.peers[sid].leaving]
        for sid in staying[: max(len(staying) - self._limits.per_user + 1, 0)]:
            self.say_bye(sid, REPLACED)

    def admitted(self, sid: str) -> None:
        """Greet a socket that was admitted."""
        if self._greeting is not None and (news := self._greeting()) is not None:
            self.tell(sid, news)

    async def read_token(self, token: str) -> Caller:
        """The person behind a token; see Authenticate."""
        if self._authenticate is None:
            raise Unauthenticated
        return await self._authenticate(token)

    async def disconnect(self, sid: str) -> None:
        """Forget a socket that is gone."""
        peer = self.peers.pop(sid, None)
        if peer is None:
            return
        if peer.timer is not None:
            peer.timer.cancel()
        peer.inbox.clear()
        await self._rooms.leave_all(sid)
        log.info("socket_disconnected", sid=sid, user=peer.caller.id, refused=peer.refused)

    def receive(self, sid: str, data: list[object], ack_id: int | None) -> None:
        """Queue a command behind the earlier ones of its socket, unless the socket is too fast."""
        peer = self.peers.get(sid)
        if peer is None or peer.leaving:
            return
        now = self._clock.monotonic()
        if not peer.may_speak(now):
            self._refuse(sid, peer, ack_id, RateLimited(retry_after_s=peer.wait_s, what="events"))
            if peer.floods(now):
                log.warning("flood", sid=sid, user=peer.caller.id)
                self.say_bye(sid, RateLimited.code, FLOOD_PAUSE_MS)
        elif len(peer.inbox) >= MAX_WAITING:
            self._refuse(sid, peer, ack_id, Busy(retry_after_s=1))
        else:
            peer.inbox.append((data, ack_id))
            if peer.worker is None:
                peer.worker = asyncio.create_task(self._work(sid, peer))

    async def _work(self, sid: str, peer: Peer) -> None:
        try:
            while peer.inbox:
                data, ack_id = peer.inbox.pop(0)
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
            self._note_refusal(peer, name, result)
            return error_body(result, self._words, peer.caller.language)
        return b'{"success":true,"data":%b}' % result.as_json()

    def _note_refusal(self, peer: Peer, name: str, error: TutorError) -> None:
        """Log the first refusal of a socket; how many there were is told when it goes."""
        peer.refused += 1
        if peer.refused == 1:
            log.info("command_refused", event_name=name[:60], code=error.code, user=peer.caller.id)

    async def _run(self, sid: str, peer: Peer, name: str, payload: list[object]) -> Answer:
        entry = entry_of(self._entries, name)
        if not self.open:
            raise Stopping
        if peer.caller.expires_at <= self._clock.now() and name != "session.renew":
            raise TokenExpired
        return await entry.run(Call(self._app, peer.caller, sid), payload[0] if payload else {})

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

    def _refuse(self, sid: str, peer: Peer, ack_id: int | None, error: TutorError) -> None:
        if ack_id is not None:
            self._acknowledge(sid, ack_id, error_body(error, self._words, peer.caller.language))

    def _acknowledge(self, sid: str, ack_id: int | None, body: bytes) -> None:
        if ack_id is not None:
            self._transport.post(sid, ack_frame(ack_id, body))

    def refusal(self, error: TutorError) -> str:
        """The body of a refused CONNECT: its `data` is the error, as socket clients expect."""
        body = orjson.loads(error_body(error, self._words, "zh"))["error"]
        return orjson.dumps({"message": body["code"], "data": body}).decode()


DOOR: web.AppKey[Door] = web.AppKey("door", Door)
