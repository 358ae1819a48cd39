"""The crowd: everybody who is admitted on this node, what all are told, and how somebody is sent away.

`core/sockets.py Door` builds on it.
"""

import asyncio
import secrets
from collections.abc import Iterable
from itertools import islice
from typing import ClassVar

from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.errors import TokenExpired, Unauthenticated
from tutor.core.frames import event_frame
from tutor.core.messages import Event
from tutor.core.peers import Peer
from tutor.core.transport import Transport

BATCH = 100
BATCH_PAUSE_S = 0.05


class Bye(Event):
    """The server is about to close this socket; come back after `after_ms`, unless `code` says the sign-in ended."""

    event: ClassVar[str] = "bye"
    code: str
    after_ms: int


class Crowd:
    """The admitted sockets of this node by their sid."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self.peers: dict[str, Peer] = {}

    def tell(self, sid: str, event: Event) -> None:
        """Send an event to one socket."""
        self._transport.post(sid, event_frame(event.event, event.as_json()))

    def tell_all(self, event: Event) -> None:
        """Send an event to every socket of this node."""
        self._transport.post_all(self.peers, event_frame(event.event, event.as_json()))

    def say_bye(self, sid: str, code: str, after_ms: int = 0) -> None:
        """Tell a client why and when to come back, then close its socket."""
        if (peer := self.peers.get(sid)) is not None:
            peer.leaving = True
        self.tell(sid, Bye(code=code, after_ms=after_ms))
        self._transport.hang_up(sid)

    async def say_bye_to(self, sids: Iterable[str], code: str, spread_ms: int) -> None:
        """Say goodbye to many, some at a time; each may come back at a moment of its own within `spread_ms`."""
        left = iter(tuple(sids))
        while batch := tuple(islice(left, BATCH)):
            for sid in batch:
                self.say_bye(sid, code, secrets.randbelow(spread_ms + 1))
            await self._clock.sleep(BATCH_PAUSE_S)

    def end_session(self, session_id: str, code: str) -> None:
        """Close every socket of a sign-in."""
        for sid in [sid for sid, peer in self.peers.items() if peer.caller.session_id == session_id]:
            self.say_bye(sid, code)

    def sessions(self) -> frozenset[str]:
        """The sign-ins that have a socket here."""
        return frozenset(peer.caller.session_id for peer in self.peers.values())

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
