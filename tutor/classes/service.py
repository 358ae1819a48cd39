"""The verbs of classes: open one, join it, list the own ones, read the roster; and who teaches whom, for the chat."""

from collections.abc import Callable, Sequence

import structlog

from tutor.accounts.models import User
from tutor.accounts.service import Accounts
from tutor.classes.codes import new_code, plain
from tutor.classes.errors import ClassCodeUnknown
from tutor.classes.messages import ClassRoster, ClassView, CreateClass, JoinClass, MemberView
from tutor.classes.models import Class, Membership
from tutor.classes.store import ClassStore
from tutor.core.caller import Caller
from tutor.core.clock import Clock, new_id
from tutor.core.errors import NotAllowed, NotFound

log = structlog.get_logger(__name__)


class Classes:
    """Every class, shown to those who belong to it."""

    def __init__(
        self, store: ClassStore, accounts: Accounts, clock: Clock, make_code: Callable[[], str] = new_code
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock
        self._make_code = make_code

    async def create(self, caller: Caller, command: CreateClass) -> ClassView:
        """Open a class; the caller becomes its teacher.

        Raises:
            NotAllowed: the caller is no teacher.

        """
        if caller.role != "teacher":
            raise NotAllowed
        new = self._new_class(caller, command)
        while not await self._store.insert(new):  # another class has the code: draw again
            new = self._new_class(caller, command)
        log.info("class_created", user=caller.id, class_id=new.id)
        return (await self._views(caller, [new]))[0]

    def _new_class(self, caller: Caller, command: CreateClass) -> Class:
        return Class(
            id=new_id(),
            name=command.name,
            subject=command.subject,
            grade=command.grade,
            code=self._make_code(),
            teacher_ids=(caller.id,),
            students=0,
            created_at=self._clock.now(),
        )

    async def join(self, caller: Caller, command: JoinClass) -> ClassView:
        """Put the caller into the class that a code opens; joining again changes nothing.

        Raises:
            NotAllowed: the caller is no student.
            ClassCodeUnknown: no class has the code.

        """
        if caller.role != "student":
            raise NotAllowed
        found = await self._store.find_by_code(plain(command.code))
        if found is None:
            raise ClassCodeUnknown
        await self._store.add_member(Membership(new_id(), found.id, caller.id, self._clock.now()))
        await self._store.count_members(found.id)
        log.info("class_joined", user=caller.id, class_id=found.id)
        return (await self._views(caller, await self._store.find_many([found.id])))[0]

    async def list_own(self, caller: Caller) -> list[ClassView]:
        """The classes that the caller teaches or is in, newest first."""
        if caller.role == "teacher":
            found = await self._store.of_teacher(caller.id)
        else:
            found = await self._store.find_many(await self._store.class_ids_of(caller.id))
        return await self._views(caller, found)

    async def roster(self, caller: Caller, class_id: str) -> ClassRoster:
        """A class and its students in the order they joined, for its teachers.

        Raises:
            NotFound: no such class, or the caller is not its teacher.

        """
        found = await self.get_for_teacher(caller, class_id)
        student_ids = await self._store.student_ids(class_id)
        people = await self._accounts.names_of(student_ids)
        students = [_member(people[student_id]) for student_id in student_ids if student_id in people]
        return ClassRoster(class_=(await self._views(caller, [found]))[0], students=students)

    async def get_for_teacher(self, caller: Caller, class_id: str) -> Class:
        """A class, for its teachers.

        Raises:
            NotFound: no such class, or the caller is not its teacher.

        """
        found = await self._store.find(class_id)
        if found is None or caller.role != "teacher" or caller.id not in found.teacher_ids:
            raise NotFound(what="class")
        return found

    async def teaches(self, teacher_id: str, student_id: str) -> bool:
        """Whether the student is in a class of this teacher."""
        return await self._store.any_taught_by(teacher_id, await self._store.class_ids_of(student_id))

    async def class_ids_of(self, student_id: str) -> list[str]:
        """The classes a student is in."""
        return await self._store.class_ids_of(student_id)

    async def student_ids(self, class_id: str) -> list[str]:
        """The students of a class, in the order they joined."""
        return await self._store.student_ids(class_id)

    async def _views(self, caller: Caller, found: Sequence[Class]) -> list[ClassView]:
        people = await self._accounts.names_of(teacher for one in found for teacher in one.teacher_ids)
        return [_view(one, people, with_code=caller.id in one.teacher_ids) for one in found]


def _view(one: Class, people: dict[str, User], *, with_code: bool) -> ClassView:
    return ClassView(
        id=one.id,
        name=one.name,
        subject=one.subject,
        grade=one.grade,
        code=one.code if with_code else None,
        teachers=[people[teacher].display_name for teacher in one.teacher_ids if teacher in people],
        students=one.students,
        created_at=one.created_at,
    )


def _member(user: User) -> MemberView:
    return MemberView(id=user.id, display_name=user.display_name, grade=user.grade)
