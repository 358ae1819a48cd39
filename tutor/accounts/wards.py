"""Guardians and their wards: who may read along with which child. Called by the routes; the chat asks `has`."""

from collections.abc import Iterable

import structlog

from tutor.accounts.messages import AddWard, WardView
from tutor.accounts.models import Invitation, User, Ward
from tutor.accounts.registry import WardStore, ward_id
from tutor.accounts.store import Users
from tutor.accounts.tickets import Tickets
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.errors import NotAllowed, NotFound

log = structlog.get_logger(__name__)


class Wards:
    """Every guardian's wards."""

    def __init__(self, store: WardStore, users: Users, tickets: Tickets, clock: Clock) -> None:
        self._store = store
        self._users = users
        self._tickets = tickets
        self._clock = clock

    async def add(self, caller: Caller, command: AddWard) -> WardView:
        """Let a guardian read along with the child that a code is for.

        Raises:
            NotAllowed: the caller is no guardian.
            InvitationInvalid: the code is not good (any more).

        """
        if caller.role != "guardian":
            raise NotAllowed
        ticket = await self._tickets.guardian_code(command.code)
        await self._tickets.claim(ticket, caller.id)
        await self.bind(ticket, caller.id)
        return next(view for view in await self.list_own(caller) if view.student_id == ticket.student_id)

    async def bind(self, ticket: Invitation, guardian_id: str) -> None:
        """Make the student of a claimed ticket the guardian's ward."""
        if ticket.student_id is not None:
            ward = Ward(ward_id(guardian_id, ticket.student_id), guardian_id, ticket.student_id, self._clock.now())
            await self._store.insert(ward)
            log.info("ward_added", user=guardian_id, student=ticket.student_id, code_by=ticket.created_by)

    async def list_own(self, caller: Caller) -> list[WardView]:
        """The caller's wards, by name."""
        wards = {ward.student_id: ward for ward in await self._store.of_guardian(caller.id)}
        found = await self._users.find_many(wards)
        return [_view(user, wards[user.id]) for user in sorted(found, key=lambda user: user.display_name)]

    async def remove(self, caller: Caller, student_id: str) -> None:
        """Stop reading along with a child. Open sockets lose the child's rooms within 5 s.

        Raises:
            NotFound: the child is none of the caller's wards.

        """
        if not await self.end(caller.id, student_id):
            raise NotFound(what="ward")
        log.info("ward_removed", user=caller.id, student=student_id)

    async def end(self, guardian_id: str, student_id: str) -> bool:
        """Forget that a student is somebody's ward; False when they were not."""
        return await self._store.remove(guardian_id, student_id)

    async def of_student(self, student_id: str) -> list[Ward]:
        """The pairs that a student is the ward of."""
        return await self._store.of_student(student_id)

    async def has(self, guardian_id: str, student_id: str) -> bool:
        """Whether the student is this guardian's ward."""
        return bool(await self.there([(guardian_id, student_id)]))

    async def there(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Those of some pairs of guardian and student that are there, in one query."""
        return await self._store.there(pairs)

    async def student_ids(self, guardian_id: str) -> list[str]:
        """The students who are this guardian's wards."""
        return [ward.student_id for ward in await self._store.of_guardian(guardian_id)]


def _view(user: User, ward: Ward) -> WardView:
    return WardView(student_id=user.id, display_name=user.display_name, grade=user.grade, since=ward.since)
