"""The doors to assignments, through which every other part comes to one; and what teachers read of them.

Called by `assignment_routes.py`, by `authoring.py`, and by the parts that show work and results.
"""

from collections.abc import Sequence

from tutor.core.caller import Caller
from tutor.core.cursors import Position, cursor_of, position_of
from tutor.core.errors import NotFound
from tutor.files.messages import FileView
from tutor.files.service import Files
from tutor.homework.assignment_messages import AssignmentList, AssignmentView, ListAssignments
from tutor.homework.assignment_store import AssignmentStore
from tutor.homework.audience import Audience, reaches, through
from tutor.homework.models import Assignment
from tutor.homework.rows import Rows
from tutor.homework.views import assignment_view


class Assignments:
    """Homework that teachers give.

    An assignment is its author's, who always may read and copy it. Once it is given, those look after it who teach one
    of its classes: they change it and see the work, each of the students whom she teaches.
    """

    def __init__(self, store: AssignmentStore, rows: Rows, audience: Audience, files: Files) -> None:
        self._store = store
        self._rows = rows
        self._audience = audience
        self._files = files

    # For teachers

    async def get(self, caller: Caller, assignment_id: str) -> AssignmentView:
        """An assignment with its keys, for its author and those who look after it.

        Raises:
            NotFound: no such assignment, or the caller is neither.

        """
        return await self.view(await self.readable(caller, assignment_id))

    async def page(self, caller: Caller, query: ListAssignments) -> AssignmentList:
        """A page of the assignments of a class of the caller's, or of her own, or of her templates; newest first.

        Raises:
            NotFound: the caller does not teach the class, or it is archived.

        """
        if query.class_id is not None:
            await self._audience.check(caller, [query.class_id], [])
        found: list[Assignment] = []
        position, more = position_of(query.cursor), True
        while more and len(found) <= query.limit:
            page = await self._page(caller, query, position)
            found += [one for one in page if one.is_template == query.templates]
            more = len(page) > query.limit
            position = (page[-1].created_at, page[-1].id) if page else None
        rows, last = found[: query.limit], found[query.limit - 1] if len(found) > query.limit else None
        return AssignmentList(
            items=await self._rows.of(caller.id, rows),
            next=cursor_of(last.created_at, last.id) if last is not None else None,
        )

    async def _page(self, caller: Caller, query: ListAssignments, before: Position | None) -> Sequence[Assignment]:
        if query.class_id is not None:
            return await self._store.of_class(query.class_id, before, query.limit + 1)
        return await self._store.of_teacher(caller.id, before, query.limit + 1)

    async def may_read_files(self, caller: Caller, used_by: str) -> bool:
        """Whether the caller may see what is attached to an assignment: they have it, or may read it as a teacher."""
        try:
            if caller.role == "student":
                await self.for_student(caller, used_by)
            else:
                await self.readable(caller, used_by)
        except NotFound:
            return False
        return True

    async def view(self, assignment: Assignment) -> AssignmentView:
        """An assignment as its teachers see it."""
        return assignment_view(
            assignment,
            class_names=await self._audience.class_names(assignment),
            files=await self.files_of([assignment]),
        )

    # For the other parts of homework

    async def readable(self, caller: Caller, assignment_id: str) -> Assignment:
        """An assignment, for its author, and for a teacher who looks after it.

        Raises:
            NotFound: no such assignment, or the caller is neither.

        """
        found = await self._store.find(assignment_id)
        if found is not None and caller.role == "teacher" and found.teacher_id == caller.id:
            return found
        return await self.for_teacher(caller, assignment_id)

    async def for_teacher(self, caller: Caller, assignment_id: str) -> Assignment:
        """An assignment, for a teacher who looks after it. The work for it is hers to see of `students_for` alone.

        Raises:
            NotFound: no such assignment, or she does not.

        """
        found = await self._store.find(assignment_id)
        if found is None or caller.role != "teacher" or not await self._audience.is_looked_after(caller.id, found):
            raise NotFound(what="assignment")
        return found

    async def for_student(self, caller: Caller, assignment_id: str) -> tuple[Assignment, str | None]:
        """An assignment that a student has, and the class through which they do.

        Raises:
            NotFound: no such assignment, or they do not have it.

        """
        found = await self._store.find(assignment_id)
        classes = await self._audience.classes_of(caller.id)
        if found is None or caller.role != "student" or not reaches(found, caller.id, classes):
            raise NotFound(what="assignment")
        return found, through(found, classes)

    async def of_student(self, student_id: str) -> list[tuple[Assignment, str | None]]:
        """All that a student has, the newest first, each with the class through which they do."""
        classes = await self._audience.classes_of(student_id)
        found = {one.id: one for one in await self._store.of_student(student_id)}
        for class_ in classes:
            found |= {one.id: one for one in await self._store.of_class(class_.id, None, 0)}
        newest = sorted(found.values(), key=lambda one: (one.created_at, one.id), reverse=True)
        return [(one, through(one, classes)) for one in newest if reaches(one, student_id, classes)]

    async def students_of(self, assignment: Assignment) -> dict[str, str]:
        """What those are called who have it now, by their ids."""
        return await self._audience.names(await self._audience.student_ids(assignment))

    async def students_for(self, caller: Caller, assignment: Assignment) -> dict[str, str]:
        """Those of `students_of` whom a teacher teaches."""
        has_it = await self._audience.student_ids(assignment)
        return await self._audience.names(await self._audience.taught_by(caller.id, has_it))

    async def teacher_names(self, assignments: Sequence[Assignment]) -> dict[str, str]:
        """What their authors are called, by the ids of these."""
        return await self._audience.names(list({one.teacher_id for one in assignments}))

    async def files_of(self, assignments: Sequence[Assignment]) -> dict[str, FileView]:
        """What is attached to them, by the ids of the files."""
        return await self._files.views({file_id for one in assignments for file_id in one.file_ids})
