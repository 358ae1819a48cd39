"""The verbs of those who write assignments: write, change, copy, give and close them.

Called by `assignment_routes.py`, and by `jobs.py` for those that are given by themselves.
"""

from dataclasses import replace

import structlog

from tutor.ai.checking.checker import AnswerChecker
from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.errors import Conflict, NotAllowed
from tutor.core.rooms import Rooms
from tutor.files.models import Use
from tutor.files.service import Files
from tutor.homework.assignment_messages import (
    AssignmentGivenNews,
    AssignmentView,
    CopyAssignment,
    CreateAssignment,
    UpdateAssignment,
)
from tutor.homework.assignment_store import AssignmentStore
from tutor.homework.assignments import Assignments
from tutor.homework.audience import Audience
from tutor.homework.errors import AssignmentGiven, AssignmentNotReady
from tutor.homework.grader import item_of
from tutor.homework.models import Assignment
from tutor.homework.writing import check_ready, copied, digest, given, revised, written

# Whoever chooses one of these wants it calculated; of `any`, an answer that is the key word for word is right too.
CALCULATED = {"choice", "judge", "range", "point", "list", "solutions", "equation"}

log = structlog.get_logger(__name__)


class Authoring:
    """Writes assignments and gives them; whoever has one is told that it came or changed."""

    def __init__(
        self,
        store: AssignmentStore,
        assignments: Assignments,
        audience: Audience,
        files: Files,
        rooms: Rooms,
        checker: AnswerChecker,
        clock: Clock,
    ) -> None:
        self._store = store
        self._assignments = assignments
        self._audience = audience
        self._files = files
        self._rooms = rooms
        self._checker = checker
        self._clock = clock

    async def create(self, caller: Caller, command: CreateAssignment) -> AssignmentView:
        """Write a draft or a template.

        Raises:
            NotAllowed: the caller is no teacher.
            NotFound: the caller does not teach one of the classes or students, or a file is not hers.
            InvalidInput: a template names somebody it is for.
            Conflict: the same `client_id` came with something else.

        """
        if caller.role != "teacher":
            raise NotAllowed
        if (sent := await self._sent(caller, command, digest(command))) is not None:
            return await self._assignments.view(sent)
        wanted = written(caller.id, command, self._clock.now())
        await self._audience.check(caller, wanted.class_ids, wanted.student_ids)
        await self._files.claim(wanted.file_ids, caller.id, _use(wanted))
        return await self._assignments.view(await self._add(wanted))

    async def copy(self, caller: Caller, assignment_id: str, command: CopyAssignment) -> AssignmentView:
        """Make a draft or a template of the caller's own of an assignment, without its audience and dates.

        Raises:
            NotFound: no such assignment, or not the caller's to see.
            Conflict: the same `client_id` came with something else.

        """
        source = await self._assignments.readable(caller, assignment_id)
        if (sent := await self._sent(caller, command, digest(command, source.id))) is not None:
            return await self._assignments.view(sent)
        wanted = copied(source, caller.id, command, self._clock.now())
        await self._files.share(wanted.file_ids, _use(source), _use(wanted))
        return await self._assignments.view(await self._add(wanted))

    async def _sent(self, caller: Caller, command: CreateAssignment | CopyAssignment, asked: str) -> Assignment | None:
        found = await self._store.sent(caller.id, command.client_id.lower())
        if found is not None and found.asked != asked:
            raise Conflict(what="assignment")
        return found

    async def _add(self, wanted: Assignment) -> Assignment:
        stored, is_new = await self._store.add(wanted)
        if not is_new:  # the same was sent twice at once, and the other was faster
            await self._files.release(wanted.file_ids, _use(wanted))
            if stored.asked != wanted.asked:
                raise Conflict(what="assignment")
        else:
            log.info("assignment_written", user=stored.teacher_id, assignment=stored.id, template=stored.is_template)
        return stored

    async def update(self, caller: Caller, assignment_id: str, command: UpdateAssignment) -> AssignmentView:
        """Change parts of an assignment. One that is given, or will be by itself, stays fit to be given.

        Raises:
            NotFound: no such assignment, or the caller does not look after it; she does not teach one of the added
                classes or students, its author not one of these students, or an added file is not hers.
            Conflict: somebody else has changed it since it was read.
            AssignmentGiven: the change takes it from somebody who has it, or moves its begin.
            AssignmentNotReady: it could not be given like this.
            InvalidInput: a template names somebody it is for.

        """
        before = await self._assignments.for_teacher(caller, assignment_id)
        after = revised(before, command)
        if after == before:
            return await self._assignments.view(before)
        new_classes = set(after.class_ids) - set(before.class_ids)
        new_students = set(after.student_ids) - set(before.student_ids)
        await self._audience.check(caller, new_classes, new_students)
        await self._audience.check_singles(before, new_students)
        if after.state != "draft":
            await self._check_ready(caller, after, check_due=after.due_at != before.due_at or not after.is_given)
        await self._replace(caller, before, after)
        await self._tell(after)
        return await self._assignments.view(after)

    async def _replace(self, caller: Caller, before: Assignment, after: Assignment) -> None:
        added = [one for one in after.file_ids if one not in before.file_ids]
        await self._files.claim(added, caller.id, _use(after))
        if not await self._store.replace(after):
            now = await self._store.find(after.id)
            kept = now.file_ids if now is not None else ()
            await self._files.release([one for one in added if one not in kept], _use(after))
            raise Conflict(what="assignment")
        await self._files.release([one for one in before.file_ids if one not in after.file_ids], _use(after))
        log.info("assignment_changed", user=caller.id, assignment=after.id, revision=after.revision)

    async def delete(self, caller: Caller, assignment_id: str) -> None:
        """Take an assignment away that nobody has yet.

        Raises:
            NotFound: no such assignment, or the caller does not look after it.
            AssignmentGiven: students have it.
            Conflict: somebody else has changed it just now.

        """
        found = await self._assignments.for_teacher(caller, assignment_id)
        if found.is_given:
            raise AssignmentGiven
        if not await self._store.remove(found):
            raise Conflict(what="assignment")
        await self._files.release(found.file_ids, _use(found))
        log.info("assignment_deleted", user=caller.id, assignment=found.id)

    async def publish(self, caller: Caller, assignment_id: str) -> AssignmentView:
        """Give an assignment: now, or at its `opens_at` when that is to come. A closed one is opened again.

        Raises:
            NotFound: no such assignment, or the caller does not look after it; or neither she nor its author teaches
                one of its classes any more.
            AssignmentNotReady: something is missing.
            Conflict: somebody else has changed it just now.

        """
        before = await self._assignments.for_teacher(caller, assignment_id)
        if before.state == "published":
            return await self._assignments.view(before)
        await self._check_ready(caller, before)
        after = given(before, self._clock.now())
        if after.state == before.state:
            return await self._assignments.view(before)
        await self._change_state(after, caller.id)
        return await self._assignments.view(after)

    async def close(self, caller: Caller, assignment_id: str) -> AssignmentView:
        """Take no more work, until it is published again.

        Raises:
            NotFound: no such assignment, or the caller does not look after it.
            Conflict: nobody has it yet, or somebody else has changed it just now.

        """
        before = await self._assignments.for_teacher(caller, assignment_id)
        if before.state == "closed":
            return await self._assignments.view(before)
        if not before.is_given:
            raise Conflict(what="assignment")
        after = replace(before, state="closed", revision=before.revision + 1)
        await self._change_state(after, caller.id)
        return await self._assignments.view(after)

    async def give_due(self) -> int:
        """Give the scheduled ones whose time has come; how many this node gave."""
        now, count = self._clock.now(), 0
        for before in await self._store.to_open(now):
            after = given(before, now)
            if await self._store.replace(after):  # else another node did, or its teacher has changed it
                log.info("assignment_state", assignment=after.id, state=after.state)
                await self._tell(after)
                count += 1
        return count

    async def _change_state(self, after: Assignment, by: str) -> None:
        if not await self._store.replace(after):
            raise Conflict(what="assignment")
        log.info("assignment_state", user=by, assignment=after.id, state=after.state)
        await self._tell(after)

    async def _check_ready(self, caller: Caller, assignment: Assignment, *, check_due: bool = True) -> None:
        check_ready(assignment, self._clock.now(), check_due=check_due)
        if not assignment.is_given:
            await self._audience.check_given(caller, assignment)
        if not await self._audience.exists(assignment):
            raise AssignmentNotReady(problem="nobody", question=0)
        for number, question in enumerate(assignment.questions, start=1):
            if question.kind not in CALCULATED:
                continue
            if (await self._checker.check(item_of(question, "0"))).reason == "key_unreadable":
                raise AssignmentNotReady(problem="key_unreadable", question=number)

    async def _tell(self, assignment: Assignment) -> None:
        if assignment.is_given:
            news = AssignmentGivenNews(assignment_id=assignment.id, title=assignment.title)
            for student_id in await self._audience.student_ids(assignment):
                self._rooms.send(f"user:{student_id}", news)


def _use(assignment: Assignment) -> Use:
    return Use("assignment", assignment.id)
