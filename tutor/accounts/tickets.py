"""Tickets, each good once: invitations for teachers and admins, and the codes that guardians get on paper.

Used by `service.py`, `schools.py` and `wards.py`, and by the classes for guardians: they decide who may give one out.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from tutor.accounts.codes import new_guardian_code, plain
from tutor.accounts.errors import InvitationInvalid
from tutor.accounts.messages import Invited
from tutor.accounts.models import Invitation
from tutor.accounts.store import Invitations
from tutor.core.caller import Caller, Role
from tutor.core.clock import Clock
from tutor.core.tokens import digest, new_secret

log = structlog.get_logger(__name__)

# Whether somebody teaches a student.
Teaches = Callable[[str, str], Awaitable[bool]]


class Tickets:
    """Everybody's tickets; only digests of their codes are kept."""

    def __init__(self, invitations: Invitations, clock: Clock, life: timedelta) -> None:
        self._invitations = invitations
        self._clock = clock
        self._life = life
        self._teaches: Teaches | None = None

    def ask_who_teaches(self, teaches: Teaches) -> None:
        """Say who knows (`classes`, above this floor). A guardian's code is good while its giver teaches the child."""
        self._teaches = teaches

    async def invite(self, by: Caller, role: Role, school_id: str | None) -> Invited:
        """Make an invitation for one more teacher or admin of a school."""
        return await self._issue(by, new_secret(), role, school_id=school_id)

    async def for_guardian(self, by: Caller, student_id: str) -> Invited:
        """Make a code that lets one guardian read along with a student."""
        code = new_guardian_code()
        issued = await self._issue(by, plain(code), "guardian", student_id=student_id)
        return issued.model_copy(update={"code": code})

    async def _issue(
        self, by: Caller, code: str, role: Role, *, school_id: str | None = None, student_id: str | None = None
    ) -> Invited:
        expires_at = self._clock.now() + self._life
        await self._invitations.insert(
            Invitation(digest(code), by.id, expires_at, None, role, school_id=school_id, student_id=student_id)
        )
        log.info("ticket_issued", user=by.id, role=role, school=school_id, student=student_id)
        return Invited(code=code, expires_at=expires_at)

    async def invitation(self, code: str) -> Invitation:
        """The invitation behind a code.

        Raises:
            InvitationInvalid: there is none, it is for a guardian, or it was used or expired.

        """
        return self._good(await self._invitations.find(digest(code)), guardian=False)

    async def guardian_code(self, typed: str) -> Invitation:
        """The ticket behind a guardian's code as somebody typed it.

        Raises:
            InvitationInvalid: there is none, it is for another role, it was used or expired, or who gave it out teaches
                the student no more.

        """
        ticket = self._good(await self._invitations.find(digest(plain(typed))), guardian=True)
        if self._teaches is not None and not await self._teaches(ticket.created_by, ticket.student_id or ""):
            raise InvitationInvalid
        return ticket

    def _good(self, found: Invitation | None, *, guardian: bool) -> Invitation:
        if (
            found is None
            or (found.role == "guardian") != guardian
            or found.used_by is not None
            or found.expires_at <= self._clock.now()
        ):
            raise InvitationInvalid
        return found

    async def claim(self, ticket: Invitation, user_id: str) -> None:
        """Use a ticket up for a user.

        Raises:
            InvitationInvalid: somebody was earlier.

        """
        if not await self._invitations.claim(ticket.id, user_id):
            raise InvitationInvalid

    async def give_back(self, ticket: Invitation) -> None:
        """Make a ticket good again that was claimed for somebody whose account could not be opened."""
        await self._invitations.give_back(ticket.id)
