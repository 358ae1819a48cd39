"""Sign-in sessions: begin one, trade its refresh token, end it, and read who is behind an access token.

Used by the accounts service and routes; `authenticate` is what both doors ask for every request and socket.
"""

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Protocol

import structlog

from tutor.accounts.models import AccountsSettings, Admission, Session, User
from tutor.accounts.store import SessionStore, Users
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.errors import Busy, SessionEnded, Unauthenticated
from tutor.core.tokens import Tokens, digest, new_secret

log = structlog.get_logger(__name__)

MOST_GOOD_TOKENS = 5
TRIES = 2 * MOST_GOOD_TOKENS


class CloseSockets(Protocol):
    """Closes every socket of a session on this node: `core/sockets.py Door.end_session`."""

    def __call__(self, session_id: str, code: str) -> None: ...


class Sessions:
    """Every device's sign-in."""

    def __init__(
        self,
        store: SessionStore,
        users: Users,
        tokens: Tokens,
        clock: Clock,
        settings: AccountsSettings,
        close_sockets: CloseSockets,
    ) -> None:
        self._store = store
        self._users = users
        self._tokens = tokens
        self._clock = clock
        self._life = timedelta(days=settings.refresh_days)
        self._grace = timedelta(seconds=settings.refresh_grace_s)
        self._close_sockets = close_sockets

    async def begin(self, user: User) -> Admission:
        """Sign a user in on one more device."""
        now, secret = self._clock.now(), new_secret()
        session = Session(
            id=secrets.token_hex(12),
            user_id=user.id,
            token_hashes=(digest(secret),),
            previous_hashes=(),
            rotated_at=now,
            created_at=now,
            expires_at=now + self._life,
            ended_at=None,
        )
        await self._store.insert(session)
        return self._admission(user, session.id, secret)

    async def authenticate(self, token: str) -> Caller:
        """The person behind an access token, with name, role and language as they are now.

        Raises:
            Unauthenticated: the token is not an access token of ours.
            TokenExpired: it was good once.
            SessionEnded: its sign-in is over.

        """
        caller = self._tokens.read(token)
        session = await self._alive(caller.session_id)
        user = await self._users.find(session.user_id)
        if user is None or user.id != caller.id:
            raise SessionEnded
        return Caller(user.id, user.role, user.display_name, user.language, session.id, caller.expires_at)

    async def refresh(self, refresh_token: str) -> Admission:
        """Trade a refresh token for a fresh pair.

        A token that was replaced a moment ago (two tabs at once, an answer that got lost) is taken once more; one that
        comes later was stolen, or its successor was: then the whole session ends.

        Raises:
            Unauthenticated: it is no refresh token.
            SessionEnded: its sign-in is over.
            Busy: too many raced for this token.

        """
        session_id, secret = _parts(refresh_token)
        fresh = new_secret()
        for _ in range(TRIES):
            session = await self._alive(session_id)
            user = await self._users.find(session.user_id)
            if user is None:
                raise SessionEnded
            if await self._trade(session, digest(secret), digest(fresh)):
                return self._admission(user, session.id, fresh)
        raise Busy(retry_after_s=1)

    async def _trade(self, session: Session, used: str, fresh: str) -> bool:
        """Put `fresh` in the place of `used`; False when the session changed meanwhile and has to be read again."""
        now = self._clock.now()
        if used in session.token_hashes:
            return await self._store.rotate(session, fresh, now, now + self._life)
        if used in session.previous_hashes and now <= session.rotated_at + self._grace:
            if len(session.token_hashes) >= MOST_GOOD_TOKENS:
                raise Busy(retry_after_s=1)
            return await self._store.add_token(session, fresh)
        log.warning("refresh_token_reused", user=session.user_id)
        await self.end([session.id])
        raise SessionEnded

    async def end_by_token(self, refresh_token: str) -> None:
        """End the session of a refresh token; one that is good for nothing any more is no error.

        Raises:
            Unauthenticated: it is no refresh token.

        """
        session_id, secret = _parts(refresh_token)
        session = await self._store.find(session_id)
        if session is not None and digest(secret) in session.token_hashes + session.previous_hashes:
            await self.end([session.id])

    async def end(self, session_ids: Collection[str]) -> None:
        """End sessions and close their sockets here; other nodes find out in their sweep (`jobs.py`)."""
        await self._store.end(session_ids, self._clock.now())
        for session_id in session_ids:
            self._close_sockets(session_id, SessionEnded.code)

    async def end_all(self, user_id: str, *, but: str | None = None) -> None:
        """End every session of a user, except `but`."""
        await self.end([found for found in await self._store.ids_of(user_id) if found != but])

    async def end_dead(self, session_ids: Collection[str]) -> None:
        """Close the sockets of those sessions that are alive no more: ended on another node, expired or gone."""
        living = await self._store.living(session_ids, self._clock.now())
        for session_id in session_ids:
            if session_id not in living:
                self._close_sockets(session_id, SessionEnded.code)

    async def _alive(self, session_id: str) -> Session:
        session = await self._store.find(session_id)
        if session is None or not session.lives(self._clock.now()):
            raise SessionEnded
        return session

    def _admission(self, user: User, session_id: str, secret: str) -> Admission:
        expires_at = self._clock.now() + self._tokens.life
        caller = Caller(user.id, user.role, user.display_name, user.language, session_id, expires_at)
        return Admission(
            user=user,
            access_token=self._tokens.sign(caller),
            refresh_token=f"{session_id}.{secret}",
            expires_in=int(self._tokens.life.total_seconds()),
        )


def _parts(refresh_token: str) -> tuple[str, str]:
    session_id, dot, secret = refresh_token.partition(".")
    if not (session_id and dot and secret):
        raise Unauthenticated
    return session_id, secret
