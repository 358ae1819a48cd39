"""The verbs of schools: found one, read its people, invite its teachers and admins. Called by the routes.

The command line and the classes use it too.
"""

import structlog

from tutor.accounts.messages import Invited, ListPeople, PersonView, SchoolPeople
from tutor.accounts.models import School, User
from tutor.accounts.registry import SchoolStore
from tutor.accounts.store import Users
from tutor.accounts.tickets import Tickets
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.errors import NotAllowed, NotFound

log = structlog.get_logger(__name__)


class Schools:
    """Every school. Its admin sees people and classes, and no lesson; an operator sees that there are schools."""

    def __init__(self, store: SchoolStore, users: Users, tickets: Tickets, clock: Clock) -> None:
        self._store = store
        self._users = users
        self._tickets = tickets
        self._clock = clock

    async def create(self, name: str, by: Caller | None = None) -> School:
        """Found a school: only operators may, and the command line, which is nobody."""
        school = School(new_id(), name, self._clock.now())
        await self._store.insert(school)
        log.info("school_created", school=school.id, by=by.id if by is not None else None)
        return school

    async def all(self) -> list[School]:
        """Every school, the oldest first: only for operators."""
        return await self._store.all()

    async def get(self, school_id: str) -> School:
        """A school.

        Raises:
            NotFound: there is none.

        """
        school = await self._store.find(school_id)
        if school is None:
            raise NotFound(what="school")
        return school

    async def of_admin(self, caller: Caller) -> School:
        """The school that the caller is an admin of.

        Raises:
            NotAllowed: the caller is no admin.
            NotFound: the school is gone.

        """
        if caller.role != "admin":
            raise NotAllowed
        user = await self._users.find(caller.id)
        return await self.get((user.school_id if user is not None else None) or "")

    async def people(self, caller: Caller, query: ListPeople) -> SchoolPeople:
        """A page of the people of the caller's school; see `of_admin`."""
        school = await self.of_admin(caller)
        log.info("school_people_read", school=school.id, by=caller.id)
        rows = await self._users.of_school(school.id, query.role, query.cursor, query.limit + 1)
        page = rows[: query.limit]
        return SchoolPeople(
            items=[_person(user) for user in page], next=page[-1].id if len(rows) > query.limit else None
        )

    async def invite_teacher(self, caller: Caller) -> Invited:
        """Make an invitation for one more teacher of the caller's school; see `of_admin`."""
        return await self._tickets.invite(caller, "teacher", (await self.of_admin(caller)).id)

    async def invite_admin(self, caller: Caller, school_id: str) -> Invited:
        """Make an invitation for one more admin of a school.

        Raises:
            NotAllowed: the caller is no operator.
            NotFound: there is no such school.

        """
        if caller.role != "operator":
            raise NotAllowed
        return await self._tickets.invite(caller, "admin", (await self.get(school_id)).id)


def _person(user: User) -> PersonView:
    return PersonView(
        id=user.id, username=user.username, display_name=user.display_name, role=user.role, grade=user.grade
    )
