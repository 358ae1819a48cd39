"""Gives results back, once each, and tells students and teachers what has changed. Used by all that rules."""

import structlog

from tutor.core.clock import Clock
from tutor.core.rooms import Rooms
from tutor.homework.grade_store import GradeStore
from tutor.homework.gradebook import Entry, Gradebook
from tutor.homework.models import Assignment, Release, Submission
from tutor.homework.places import assignment_room_of, own_room_of
from tutor.homework.review_messages import HomeworkReleased
from tutor.homework.submission_messages import SubmissionChanged

log = structlog.get_logger(__name__)


class Releasing:
    """What is stored first and told afterwards; whoever was not told is found by `GradeStore.untold_releases`."""

    def __init__(self, gradebook: Gradebook, grades: GradeStore, rooms: Rooms, clock: Clock) -> None:
        self._gradebook = gradebook
        self._grades = grades
        self._rooms = rooms
        self._clock = clock

    async def give_back(self, submission: Submission, assignment: Assignment, by: str | None) -> None:
        """Give a settled result back; `by` is the teacher. Doing it again changes and tells nothing."""
        release = Release(submission.id, submission.assignment_id, submission.student_id, by, self._clock.now())
        if not await self._grades.release(release):
            return
        log.info("result_released", submission=submission.id, by=by)
        await self.changed(submission, assignment, was_released=True)
        await self._grades.mark_release_told(submission.id, self._clock.now())

    async def changed(self, submission: Submission, assignment: Assignment, *, was_released: bool) -> None:
        """Tell who watches the assignment that something changed, and the student where the result is back."""
        news = SubmissionChanged(
            assignment_id=assignment.id,
            submission_id=submission.id,
            student_id=submission.student_id,
            state=submission.state,
            released=was_released,
        )
        self._rooms.send(assignment_room_of(assignment.id), news)
        if was_released:
            entry = await self._gradebook.entry(submission)
            self._rooms.send(own_room_of(submission.student_id), released_news(entry, assignment))


def released_news(entry: Entry, assignment: Assignment) -> HomeworkReleased:
    """What a student is told whose result is back, or has changed."""
    return HomeworkReleased(
        submission_id=entry.submission.id,
        assignment_id=assignment.id,
        title=assignment.title,
        points=entry.points(assignment),
        max_points=entry.standing.max_points if entry.standing else assignment.points,
    )
