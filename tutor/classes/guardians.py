"""The guardians of a class's students: codes for them, who they are, and the end of it. Called by the routes."""

import structlog

from tutor.accounts.messages import Invited
from tutor.accounts.models import User
from tutor.accounts.service import Accounts
from tutor.accounts.tickets import Tickets
from tutor.accounts.wards import Wards
from tutor.classes.messages import Guardians, GuardianView
from tutor.classes.service import Classes
from tutor.core.caller import Caller
from tutor.core.errors import NotFound

log = structlog.get_logger(__name__)


class Guardianship:
    """What teachers and admins do about guardians. An admin gives out no code, because guardians read lessons."""

    def __init__(self, classes: Classes, accounts: Accounts, wards: Wards, tickets: Tickets) -> None:
        self._classes = classes
        self._accounts = accounts
        self._wards = wards
        self._tickets = tickets

    async def invite(self, caller: Caller, class_id: str, student_id: str) -> Invited:
        """Make a code with which a guardian may read along with a student.

        Raises:
            NotFound: no such class, the caller is not its teacher, it is archived, or the student is not in it.

        """
        await self._classes.get_active(caller, class_id)
        student = await self._classes.get_student(class_id, student_id)
        return await self._tickets.for_guardian(caller, student.id)

    async def list_of(self, caller: Caller, class_id: str, student_id: str) -> Guardians:
        """Who reads along with a student.

        Raises:
            NotFound: no such class, the caller does not manage it, it is archived, or the student is not in it.

        """
        student = await self._student(caller, class_id, student_id)
        wards = {ward.guardian_id: ward for ward in await self._wards.of_student(student.id)}
        people = await self._accounts.names_of(wards)
        return Guardians(
            items=[
                GuardianView(id=one, display_name=people[one].display_name, since=ward.since)
                for one, ward in wards.items()
                if one in people
            ]
        )

    async def remove(self, caller: Caller, class_id: str, student_id: str, guardian_id: str) -> Guardians:
        """Let a guardian read along with a student no more. Open sockets lose the student's rooms within 5 s.

        Raises:
            NotFound: see `list_of`, or the guardian is none of the student's.

        """
        student = await self._student(caller, class_id, student_id)
        if not await self._wards.end(guardian_id, student.id):
            raise NotFound(what="guardian")
        log.info("ward_taken", user=guardian_id, student=student.id, by=caller.id)
        return await self.list_of(caller, class_id, student_id)

    async def _student(self, caller: Caller, class_id: str, student_id: str) -> User:
        if (await self._classes.managed(caller, class_id)).archived_at is not None:
            raise NotFound(what="class")
        return await self._classes.get_student(class_id, student_id)
