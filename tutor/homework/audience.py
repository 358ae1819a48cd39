"""Who has an assignment, and which teachers look after it. Asked by assignments and by whatever shows students' work.

Students have it through their classes of now, as long as those are not archived; a single one as long as the teacher
who gave it teaches them.
"""

from collections.abc import Collection, Sequence

from tutor.accounts.service import Accounts
from tutor.classes.models import Class
from tutor.classes.service import Classes
from tutor.core.caller import Caller
from tutor.core.errors import NotFound
from tutor.homework.models import Assignment


class Audience:
    """Those to whom assignments are given."""

    def __init__(self, classes: Classes, accounts: Accounts) -> None:
        self._classes = classes
        self._accounts = accounts

    async def check(self, caller: Caller, class_ids: Collection[str], student_ids: Collection[str]) -> None:
        """See that a teacher may give something to these classes and students.

        Raises:
            NotFound: she does not teach one of them, or the class is archived.

        """
        for class_id in class_ids:
            await self._classes.get_active(caller, class_id)
        if student_ids:
            teachers = await self._classes.teachers_of(student_ids)
            if not all(caller.id in teachers.get(one, ()) for one in student_ids):
                raise NotFound(what="student")

    async def check_singles(self, assignment: Assignment, student_ids: Collection[str]) -> None:
        """See that single students would have it, who have it of its author.

        Raises:
            NotFound: its author does not teach one of them.

        """
        if len(await self.taught_by(assignment.teacher_id, student_ids)) < len(student_ids):
            raise NotFound(what="student")

    async def check_given(self, caller: Caller, assignment: Assignment) -> None:
        """See that a teacher may give an assignment now: she or its author still teaches each of its classes.

        Raises:
            NotFound: neither teaches one of them.

        """
        for one in await self._classes.active(assignment.class_ids):
            if caller.id not in one.teacher_ids and assignment.teacher_id not in one.teacher_ids:
                raise NotFound(what="class")

    async def is_looked_after(self, teacher_id: str, assignment: Assignment) -> bool:
        """Whether a teacher may change it and see its work: she teaches one of its classes, or it is hers and not given
        yet, or given to a student whom she teaches.
        """
        return bool(await self.looked_after([(teacher_id, assignment)]))

    async def looked_after(self, pairs: Collection[tuple[str, Assignment]]) -> set[tuple[str, str]]:
        """Those of some teachers and assignments where `is_looked_after`, as pairs of ids; for all in three queries."""
        class_ids = {class_id for _, one in pairs for class_id in one.class_ids}
        teachers = {one.id: one.teacher_ids for one in await self._classes.active(class_ids)}
        single = {one_id for teacher_id, one in pairs if one.teacher_id == teacher_id for one_id in one.student_ids}
        taught = await self._classes.teachers_of(single) if single else {}

        def holds(teacher_id: str, one: Assignment) -> bool:
            if any(teacher_id in teachers.get(class_id, ()) for class_id in one.class_ids):
                return True
            own = one.teacher_id == teacher_id
            return own and (not one.is_given or any(teacher_id in taught.get(name, ()) for name in one.student_ids))

        return {(teacher_id, one.id) for teacher_id, one in pairs if holds(teacher_id, one)}

    async def exists(self, assignment: Assignment) -> bool:
        """Whether there is a class or a student left to give it to."""
        return bool(await self._classes.active(assignment.class_ids)) or bool(await self._singles(assignment))

    async def classes_of(self, student_id: str) -> list[Class]:
        """The classes through which a student has assignments."""
        return await self._classes.active_of(student_id)

    async def student_ids(self, assignment: Assignment) -> list[str]:
        """Those who have it now."""
        found: list[str] = []
        for one in await self._classes.active(assignment.class_ids):
            found += await self._classes.student_ids(one.id)
        return list(dict.fromkeys([*found, *await self._singles(assignment)]))

    async def taught_by(self, teacher_id: str, student_ids: Collection[str]) -> list[str]:
        """Those of some students whom a teacher teaches: theirs is the work that she may see."""
        teachers = await self._classes.teachers_of(student_ids) if student_ids else {}
        return [one for one in student_ids if teacher_id in teachers.get(one, ())]

    async def names(self, user_ids: Collection[str]) -> dict[str, str]:
        """What people are called, in the order of their ids; those who are gone are left out."""
        people = await self._accounts.names_of(user_ids)
        return {one: people[one].display_name for one in user_ids if one in people}

    async def class_names(self, assignment: Assignment) -> list[str]:
        """What its classes are called, in the order of its `class_ids`."""
        names = await self._classes.named(assignment.class_ids)
        return [names.get(one, "") for one in assignment.class_ids]

    async def _singles(self, assignment: Assignment) -> list[str]:
        return await self.taught_by(assignment.teacher_id, assignment.student_ids)


def through(assignment: Assignment, classes: Sequence[Class]) -> str | None:
    """The class through which a student of these active classes has it."""
    return next((one.id for one in classes if one.id in assignment.class_ids), None)


def reaches(assignment: Assignment, student_id: str, classes: Sequence[Class]) -> bool:
    """Whether a student who is in these active classes has it."""
    if not assignment.is_given:
        return False
    if through(assignment, classes) is not None:
        return True
    return student_id in assignment.student_ids and any(assignment.teacher_id in one.teacher_ids for one in classes)
