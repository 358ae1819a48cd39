"""Tells students and teachers what grading does, and gives results back where the rule says so at once.

`worker.py` calls it when a grade is stored, `handing_in.py` when work comes or goes, `jobs.py` for what a process that
died has left untold. Everybody is told of a grade once: the submission's state, the release and MongoDB's note can be
written again without harm, and the events go out in the one step that Redis makes once for all nodes (`core/once.py`),
before MongoDB notes that they did. While Redis is away nobody is told: the sweep does it later.
"""

from dataclasses import replace
from typing import ClassVar

import structlog

from tutor.core.clock import Clock
from tutor.core.cursors import cursor_of
from tutor.core.messages import NodeEvent
from tutor.core.once import News, Once
from tutor.core.redis import REDIS_FAULTS
from tutor.core.rooms import Rooms
from tutor.homework.deciding import standing
from tutor.homework.models import Assignment, Grade, Release, Submission
from tutor.homework.review_messages import HomeworkReleased
from tutor.homework.stores import Stores
from tutor.homework.submission_messages import HomeworkGraded, HomeworkProgressed, SubmissionChanged

log = structlog.get_logger(__name__)

GRADERS = "graders"


class GradingWaits(NodeEvent):
    """From node to node: there is work for graders."""

    event: ClassVar[str] = "grading.waits"


class Telling:
    """What goes to the student's own room, and to the room of those who watch the assignment."""

    def __init__(self, stores: Stores, rooms: Rooms, once: Once, clock: Clock) -> None:
        self._stores = stores
        self._submissions = stores.submissions
        self._grades = stores.grades
        self._rooms = rooms
        self._once = once
        self._clock = clock

    def wake(self) -> None:
        """Have graders look for work, on every node."""
        self._rooms.send(GRADERS, GradingWaits())

    def changed(self, submission: Submission, *, released: bool = False) -> None:
        """A submission came, or its state is another."""
        for room, news in _for_teachers(submission, released=released):
            self._rooms.send(room, news)

    def progressed(self, submission: Submission, done: int, of: int) -> None:
        """So many questions are decided."""
        news = HomeworkProgressed(submission_id=submission.id, assignment_id=submission.assignment_id, done=done, of=of)
        self._rooms.send(room_of(submission.student_id), news, droppable=True)

    async def graded(self, grade: Grade) -> None:
        """A grade is stored: tell of it, and give it back where the rule says so. A withdrawn one is told to nobody.

        Raises:
            StoreFault: MongoDB is away; the sweep goes on.

        """
        if await self._submissions.settle(grade):
            submission = await self._submissions.find(grade.submission_id)
            if submission is not None and not await self._tell_grade(submission, grade):
                return
        await self._grades.mark_told(grade.id, self._clock.now())

    async def _tell_grade(self, submission: Submission, grade: Grade) -> bool:
        assignment = await self._stores.assignment_of(submission)
        release = Release(submission.id, submission.assignment_id, submission.student_id, None, self._clock.now())
        if goes_back_at_once(assignment, grade):
            await self._grades.release(release)
        released = await self._grades.release_of(submission.id)
        graded = HomeworkGraded(
            submission_id=submission.id,
            assignment_id=submission.assignment_id,
            grade_id=grade.id,
            title=_title(assignment),
            state=grade.outcome,
        )
        news: list[News] = [(room_of(submission.student_id), graded)]
        news += _for_teachers(replace(submission, state=grade.outcome), released=released is not None)
        if not await self._say(f"graded:{cursor_of(grade.made_at, grade.id)}", news):
            return False
        if released is not None and released.told_at is None:
            await self.released(released)
        return True

    async def released(self, release: Release) -> None:
        """A result was given back: tell the student once.

        Raises:
            StoreFault: MongoDB is away; the sweep goes on.

        """
        submission = await self._submissions.find(release.id)
        grade = await self._grades.find(submission.grade_id) if submission is not None else None
        if submission is not None and grade is not None and submission.state != "withdrawn":
            news: list[News] = [(room_of(submission.student_id), await self._result(submission, grade))]
            news += _for_teachers(submission, released=True)
            if not await self._say(f"released:{release.id}", news):
                return
        await self._grades.mark_release_told(release.id, self._clock.now())

    async def ruled(self, submission: Submission, *, released: bool) -> None:
        """A teacher has ruled about it: who watches it is told, and its student where the result is back already."""
        self.changed(submission, released=released)
        grade = await self._grades.find(submission.grade_id) if released else None
        if grade is not None:
            self._rooms.send(room_of(submission.student_id), await self._result(submission, grade))

    async def _result(self, submission: Submission, grade: Grade) -> HomeworkReleased:
        assignment = await self._stores.assignment_of(submission)
        now = standing(grade, await self._grades.rulings(submission.id))
        if assignment is not None:
            points = now.after(assignment.late.share(submission.late_s))
        else:  # nobody looks at work of one's own: it has points when all of them are calculated
            points = now.points if grade.is_calculated else None
        return HomeworkReleased(
            submission_id=submission.id,
            assignment_id=submission.assignment_id,
            title=_title(assignment),
            points=points,
            max_points=now.max_points,
        )

    async def sweep(self) -> None:
        """Tell what those have not told who died, or had no Redis.

        Raises:
            StoreFault: MongoDB is away.

        """
        for grade in await self._grades.untold():
            await self.graded(grade)
        for release in await self._grades.untold_releases():
            await self.released(release)

    async def _say(self, thing: str, news: list[News]) -> bool:
        """Whether it was told, now or before."""
        try:
            await self._once.tell(thing, news)
        except REDIS_FAULTS as error:
            log.info("homework_not_told", thing=thing, error=type(error).__name__)
            return False
        return True


def goes_back_at_once(assignment: Assignment | None, grade: Grade) -> bool:
    """Whether no teacher gives it back: work of one's own that was looked at, and what an assignment releases by itself
    because all of it was calculated.
    """
    if assignment is None:
        return grade.outcome != "failed"
    return assignment.release == "at_once" and grade.is_calculated and grade.outcome == "graded"


def room_of(student_id: str) -> str:
    """The room of a student's own devices."""
    return f"user:{student_id}"


def watchers_room_of(assignment_id: str) -> str:
    """The room of the teachers who watch an assignment."""
    return f"assignment:{assignment_id}"


def _for_teachers(submission: Submission, *, released: bool) -> list[News]:
    if submission.assignment_id is None:
        return []
    news = SubmissionChanged(
        assignment_id=submission.assignment_id,
        submission_id=submission.id,
        student_id=submission.student_id,
        state=submission.state,
        released=released,
    )
    return [(watchers_room_of(submission.assignment_id), news)]


def _title(assignment: Assignment | None) -> str:
    return assignment.title if assignment is not None else ""
