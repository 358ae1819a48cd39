"""The verbs of classes: open and change one, join it, say who belongs to it; and who teaches whom, for the chat.

A class is managed by its teachers and by the admins of its school; only its teachers see what students write.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import structlog

from tutor.accounts.codes import new_code, plain
from tutor.accounts.models import User
from tutor.accounts.service import Accounts
from tutor.classes.errors import ClassCodeUnknown, LastTeacher, OtherSchool, TeacherUnknown
from tutor.classes.messages import (
    AddTeacher,
    ClassRoster,
    ClassView,
    CreateClass,
    HoursView,
    JoinClass,
    MemberView,
    MoveStudent,
    PolicyView,
    RotateCode,
    TeacherView,
    UpdateClass,
)
from tutor.classes.models import Class, JoinCode, Membership, Policy, Rule
from tutor.classes.policy import govern
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

    # The class itself

    async def create(self, caller: Caller, command: CreateClass) -> ClassView:
        """Open a class; the caller becomes its teacher.

        Raises:
            NotAllowed: the caller is no teacher.

        """
        if caller.role != "teacher":
            raise NotAllowed
        class_id = new_id()
        new = Class(
            id=class_id,
            name=command.name,
            subject=command.subject,
            grade=command.grade,
            code=await self._new_code(class_id, None),
            code_expires_at=None,
            teacher_ids=(caller.id,),
            created_at=self._clock.now(),
            school_id=(await self._accounts.me(caller)).school_id,
        )
        await self._store.insert(new)
        log.info("class_created", user=caller.id, class_id=class_id)
        return await self._view(caller, new)

    async def _new_code(self, class_id: str, expires_at: datetime | None) -> str:
        while not await self._store.add_code(JoinCode(code := self._make_code(), class_id, expires_at)):
            pass  # another class has it: draw again
        return code

    async def update(self, caller: Caller, class_id: str, command: UpdateClass) -> ClassView:
        """Rename or archive a class, or change its subject, grade or policy.

        Raises:
            NotFound: no such class, or the caller does not manage it.

        """
        found = await self.managed(caller, class_id)
        changes = command.model_dump(include={"subject", "grade"}, exclude_unset=True)
        if command.name is not None:
            changes["name"] = command.name
        if command.policy is not None:
            policy = command.policy.model_dump(exclude_unset=True)
            changes |= {f"policy.{name}": value for name, value in policy.items()}
            log.info("class_policy_changed", user=caller.id, class_id=class_id, **policy)
        if command.archived is not None and command.archived != (found.archived_at is not None):
            changes["archived_at"] = self._clock.now() if command.archived else None
            log.info("class_archived", user=caller.id, class_id=class_id, archived=command.archived)
        return await self._changed(caller, await self._store.change(class_id, changes) if changes else found)

    async def rotate_code(self, caller: Caller, class_id: str, command: RotateCode) -> ClassView:
        """Give a class a new code; the old one opens nothing any more.

        Raises:
            NotFound: no such class, or the caller does not manage it.

        """
        found = await self.managed(caller, class_id)
        expires_at = self._clock.now() + timedelta(days=command.days) if command.days is not None else None
        code = await self._new_code(class_id, expires_at)
        changed = await self._store.change(class_id, {"code": code, "code_expires_at": expires_at})
        await self._store.drop_code(found.code)
        log.info("class_code_rotated", user=caller.id, class_id=class_id)
        return await self._changed(caller, changed)

    async def _changed(self, caller: Caller, changed: Class | None) -> ClassView:
        if changed is None:
            raise NotFound(what="class")
        return await self._view(caller, changed)

    async def list_own(self, caller: Caller) -> list[ClassView]:
        """The classes that the caller teaches or is in, newest first, the archived ones last."""
        if caller.role == "teacher":
            found = await self._store.of_teacher(caller.id)
        else:
            found = await self._store.find_many(await self._store.class_ids_of(caller.id))
        return await self._views(caller, sorted(found, key=lambda one: one.archived_at is not None))

    async def of_school(self, caller: Caller) -> list[ClassView]:
        """The classes of the caller's school, newest first, the archived ones last.

        Raises:
            NotAllowed: the caller is no admin.

        """
        if caller.role != "admin":
            raise NotAllowed
        school_id = (await self._accounts.me(caller)).school_id
        found = await self._store.of_school(school_id) if school_id is not None else []
        return await self._views(caller, sorted(found, key=lambda one: one.archived_at is not None))

    async def roster(self, caller: Caller, class_id: str) -> ClassRoster:
        """A class with its teachers, and its students in the order they joined.

        Raises:
            NotFound: no such class, or the caller does not manage it.

        """
        found = await self.managed(caller, class_id)
        student_ids = await self._store.student_ids(class_id)
        people = await self._accounts.names_of([*student_ids, *found.teacher_ids])
        return ClassRoster(
            class_=await self._view(caller, found),
            teachers=[
                TeacherView(id=one, display_name=people[one].display_name) for one in found.teacher_ids if one in people
            ],
            students=[_member(people[student_id]) for student_id in student_ids if student_id in people],
        )

    async def get_for_teacher(self, caller: Caller, class_id: str) -> Class:
        """A class, for its teachers.

        Raises:
            NotFound: no such class, or the caller is not its teacher.

        """
        found = await self._store.find(class_id)
        if found is None or caller.role != "teacher" or caller.id not in found.teacher_ids:
            raise NotFound(what="class")
        return found

    async def get_active(self, caller: Caller, class_id: str) -> Class:
        """A class that is not archived, for its teachers: only such a one may be watched and told anything.

        Raises:
            NotFound: no such class, it is archived, or the caller is not its teacher.

        """
        found = await self.get_for_teacher(caller, class_id)
        if found.archived_at is not None:
            raise NotFound(what="class")
        return found

    async def managed(self, caller: Caller, class_id: str) -> Class:
        """A class, for its teachers and the admins of its school.

        Raises:
            NotFound: no such class, or the caller is neither.

        """
        if caller.role != "admin":
            return await self.get_for_teacher(caller, class_id)
        found = await self._store.find(class_id)
        school_id = (await self._accounts.me(caller)).school_id
        if found is None or school_id is None or found.school_id != school_id:
            raise NotFound(what="class")
        return found

    # Who belongs to it

    async def join(self, caller: Caller, command: JoinClass) -> ClassView:
        """Put the caller into the class that a code opens; joining again changes nothing.

        Raises:
            NotAllowed: the caller is no student.
            ClassCodeUnknown: no class has the code, or not any more.
            OtherSchool: the caller is in a class of another school.

        """
        if caller.role != "student":
            raise NotAllowed
        code = await self._store.find_code(plain(command.code))
        found = await self._store.find(code.class_id) if code is not None and code.opens(self._clock.now()) else None
        # The class says which of its codes is good: another one's end may have been lost, or two were made at once.
        if code is None or found is None or found.code != code.id or found.archived_at is not None:
            raise ClassCodeUnknown
        await self.admit(found, caller.id)
        return await self._view(caller, found)

    async def admit(self, found: Class, student_id: str) -> None:
        """Put a student into a class, and into its school; being there already is no error.

        Raises:
            OtherSchool: the student is in a class of another school.

        """
        before = await self._let_go(student_id, found.school_id) if found.school_id is not None else None
        # In the class first and then in the school, so that whoever finds the school finds its class too.
        await self._store.add_member(Membership(new_id(), found.id, student_id, self._clock.now()))
        if found.school_id is not None and not await self._accounts.enter_school(student_id, found.school_id, before):
            await self._store.remove_member(found.id, student_id)  # another school was faster
            raise OtherSchool
        log.info("class_joined", user=student_id, class_id=found.id)

    async def _let_go(self, student_id: str, school_id: str) -> str | None:
        """The school that a student may leave for another. They leave its archived classes too, so that none of their
        teachers gets a right back by opening one again.

        Raises:
            OtherSchool: the student is in a class of it that is not archived.

        """
        before = (await self._accounts.user(student_id)).school_id
        if before is None or before == school_id:
            return before
        own = await self._store.find_many(await self.class_ids_of(student_id))
        left = [one for one in own if one.school_id == before]
        if any(one.archived_at is None for one in left):
            raise OtherSchool
        for one in left:
            await self._store.remove_member(one.id, student_id)
        return before

    async def remove_student(self, caller: Caller, class_id: str, student_id: str) -> ClassRoster:
        """Take a student out of a class. Open sockets lose what they may not see any more within 5 s.

        Raises:
            NotFound: no such class, the caller does not manage it, or the student is not in it.

        """
        await self.managed(caller, class_id)
        if not await self._store.remove_member(class_id, student_id):
            raise NotFound(what="student")
        log.info("class_left", user=student_id, class_id=class_id, by=caller.id)
        return await self.roster(caller, class_id)

    async def move_student(self, caller: Caller, class_id: str, student_id: str, command: MoveStudent) -> ClassRoster:
        """Put a student into another class of the caller's and take them out of this one.

        Raises:
            NotFound: no such class, the caller does not manage both, or the student is not in it.
            OtherSchool: the student is in a class of another school than the other class.

        """
        await self.managed(caller, class_id)
        other = await self.managed(caller, command.class_id)
        await self.get_student(class_id, student_id)
        if other.id == class_id:
            return await self.roster(caller, class_id)
        await self.admit(other, student_id)
        return await self.remove_student(caller, class_id, student_id)

    async def get_student(self, class_id: str, student_id: str) -> User:
        """A student of a class.

        Raises:
            NotFound: they are not in it.

        """
        if not await self._store.is_member(class_id, student_id):
            raise NotFound(what="student")
        return await self._accounts.user(student_id)

    async def add_teacher(self, caller: Caller, class_id: str, command: AddTeacher) -> ClassRoster:
        """Let one more teacher have the class.

        Raises:
            NotFound: no such class, or the caller does not manage it.
            TeacherUnknown: nobody of that name is a teacher of the class's school.

        """
        found = await self.managed(caller, class_id)
        teacher = await self._accounts.find(command.username)
        if teacher is None or teacher.role != "teacher" or teacher.school_id != found.school_id:
            raise TeacherUnknown
        await self._store.add_teacher(class_id, teacher.id)
        log.info("class_teacher_added", user=teacher.id, class_id=class_id, by=caller.id)
        return await self.roster(caller, class_id)

    async def remove_teacher(self, caller: Caller, class_id: str, teacher_id: str) -> ClassView:
        """Take a class from one of its teachers, who may be the caller.

        Raises:
            NotFound: no such class, the caller does not manage it, or the other is not its teacher.
            LastTeacher: nobody else has it.

        """
        found = await self.managed(caller, class_id)
        if teacher_id not in found.teacher_ids:
            raise NotFound(what="teacher")
        changed = await self._store.remove_teacher(class_id, teacher_id)
        if changed is not None and teacher_id in changed.teacher_ids:
            raise LastTeacher
        log.info("class_teacher_removed", user=teacher_id, class_id=class_id, by=caller.id)
        return await self._changed(caller, changed)

    # Who teaches whom

    async def teaches(self, teacher_id: str, student_id: str) -> bool:
        """Whether the student is in a class of this teacher that is not archived."""
        return any(teacher_id in one.teacher_ids for one in await self.active_of(student_id))

    async def active_of(self, student_id: str) -> list[Class]:
        """The classes a student is in that are not archived."""
        return await self.active(await self._store.class_ids_of(student_id))

    async def active_ids_of_all(self, student_ids: Collection[str]) -> dict[str, list[str]]:
        """The classes of some students that are not archived, for all of them in two queries; see `active_of`."""
        class_ids = await self._store.class_ids_of_all(student_ids)
        active = {one.id for one in await self.active({one for ids in class_ids.values() for one in ids})}
        return {student_id: [one for one in ids if one in active] for student_id, ids in class_ids.items()}

    async def teachers_of(self, student_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """Who teaches some students, for all of them in two queries."""
        class_ids = await self._store.class_ids_of_all(student_ids)
        found = await self._store.find_many({one for ids in class_ids.values() for one in ids})
        teachers = {one.id: one.teacher_ids for one in found if one.archived_at is None}
        return {
            student_id: frozenset(teacher for one in ids for teacher in teachers.get(one, ()))
            for student_id, ids in class_ids.items()
        }

    async def active(self, class_ids: Collection[str]) -> list[Class]:
        """Those of some classes that are there and not archived."""
        return [one for one in await self._store.find_many(class_ids) if one.archived_at is None] if class_ids else []

    async def named(self, class_ids: Collection[str]) -> dict[str, str]:
        """The names of classes, archived or not."""
        return {one.id: one.name for one in await self._store.find_many(class_ids)} if class_ids else {}

    async def rule_for(self, student_id: str, subject: str) -> Rule:
        """What the policies of a student's classes allow for a subject now."""
        return self.rule_of(await self.active_of(student_id), subject)

    def rule_of(self, classes: Sequence[Class], subject: str) -> Rule:
        """What the policies of some active classes of one student allow for a subject now."""
        return govern(classes, subject, self._clock.now())

    async def class_ids_of(self, student_id: str) -> list[str]:
        """The classes a student is in, archived or not."""
        return await self._store.class_ids_of(student_id)

    async def student_ids(self, class_id: str) -> list[str]:
        """The students of a class, in the order they joined."""
        return await self._store.student_ids(class_id)

    # How it is shown

    async def _view(self, caller: Caller, one: Class) -> ClassView:
        return (await self._views(caller, [one]))[0]

    async def _views(self, caller: Caller, found: Sequence[Class]) -> list[ClassView]:
        people = await self._accounts.names_of(teacher for one in found for teacher in one.teacher_ids)
        counts = await self._store.counts([one.id for one in found])
        admin = caller.role == "admin"
        return [_view(one, people, counts[one.id], with_code=admin or caller.id in one.teacher_ids) for one in found]


def _view(one: Class, people: dict[str, User], students: int, *, with_code: bool) -> ClassView:
    return ClassView(
        id=one.id,
        name=one.name,
        subject=one.subject,
        grade=one.grade,
        code=one.code if with_code else None,
        code_expires_at=one.code_expires_at if with_code else None,
        teachers=[people[teacher].display_name for teacher in one.teacher_ids if teacher in people],
        students=students,
        archived=one.archived_at is not None,
        school_id=one.school_id,
        policy=_policy(one.policy),
        created_at=one.created_at,
    )


def _policy(policy: Policy) -> PolicyView:
    hours = policy.hours
    return PolicyView(
        modes=list(policy.modes),
        hint_cap=policy.hint_cap,
        exam=policy.exam,
        hours=HoursView(days=list(hours.days), start=hours.start, end=hours.end, zone=hours.zone) if hours else None,
        daily_replies=policy.daily_replies,
    )


def _member(user: User) -> MemberView:
    return MemberView(id=user.id, display_name=user.display_name, grade=user.grade)
