"""What a student has to do and what became of it: tasks and submissions. Called by `submission_routes.py`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from tutor.core.caller import Caller
from tutor.core.clock import Clock
from tutor.core.cursors import cursor_of, position_of
from tutor.core.errors import NotFound
from tutor.files.service import Files
from tutor.homework.assignment_messages import TaskView
from tutor.homework.assignments import Assignments
from tutor.homework.drafting import Drafting
from tutor.homework.gradebook import Entry, Gradebook
from tutor.homework.models import Assignment, Submission
from tutor.homework.stores import Stores
from tutor.homework.submission_messages import (
    ListSubmissions,
    OneSubmission,
    OneTask,
    Submissions,
    SubmissionView,
    Tasks,
)
from tutor.homework.submission_views import earned_by, submission_view
from tutor.homework.taking import History, lateness, refusal, seconds, what_keeps
from tutor.homework.views import TaskStanding, task_view

NEVER = datetime.max.replace(tzinfo=UTC)


class StudentDesk:
    """What its student alone sees."""

    def __init__(
        self,
        stores: Stores,
        gradebook: Gradebook,
        assignments: Assignments,
        drafting: Drafting,
        files: Files,
        clock: Clock,
    ) -> None:
        self._stores = stores
        self._gradebook = gradebook
        self._assignments = assignments
        self._drafting = drafting
        self._files = files
        self._clock = clock

    async def tasks(self, caller: Caller) -> Tasks:
        """All that the caller was given: first what is to do, by when it is due; then the others, newest first."""
        given = [one for one, _ in await self._assignments.of_student(caller.id)]
        histories: defaultdict[str, list[Submission]] = defaultdict(list)
        for one in await self._stores.submissions.of_student(caller.id, None, 0):
            histories[one.assignment_id or ""].append(one)
        views = await self._tasks(given, {one.id: histories[one.id] for one in given})
        todo = sorted((one for one in views if one.state in {"todo", "withdrawn"}), key=lambda one: one.due_at or NEVER)
        return Tasks(items=[*todo, *(one for one in views if one not in todo)])

    async def task(self, caller: Caller, assignment_id: str) -> OneTask:
        """One of them, with the caller's draft and submissions.

        Raises:
            NotFound: the caller does not have it.

        """
        assignment, _ = await self._assignments.for_student(caller, assignment_id)
        handed_in = await self._stores.submissions.for_assignment(caller.id, assignment_id)
        (view,) = await self._tasks([assignment], {assignment.id: handed_in})
        return OneTask(
            task=view,
            draft=await self._drafting.find(caller.id, assignment_id),
            submissions=await self.shown(handed_in[::-1]),
        )

    async def _tasks(self, given: Sequence[Assignment], histories: dict[str, list[Submission]]) -> list[TaskView]:
        handed_in = [one for each in histories.values() for one in each]
        releases = await self._stores.grades.releases([one.id for one in handed_in])
        back = await self._gradebook.back(handed_in, releases)
        names = await self._assignments.teacher_names(given)
        files = await self._assignments.files_of(given)
        return [
            task_view(
                one,
                teacher_name=names.get(one.teacher_id, ""),
                files=files,
                standing=self._standing(one, histories[one.id], releases.keys(), back),
            )
            for one in given
        ]

    def _standing(
        self, assignment: Assignment, handed_in: list[Submission], released: Collection[str], back: Mapping[str, Entry]
    ) -> TaskStanding:
        now = self._clock.now()
        history = History(sorted(handed_in, key=lambda one: one.version), released)
        newest, may_hand_in = history.newest, refusal(assignment, history, now) is None
        share = assignment.late.share(seconds(lateness(assignment, now)))
        if newest is None:
            return TaskStanding(may_hand_in=may_hand_in, late_share=share)
        is_back = newest.id in released
        return TaskStanding(
            state="released" if is_back and newest.state != "withdrawn" else newest.state,
            submission_id=newest.id,
            may_hand_in=may_hand_in,
            may_withdraw=what_keeps(assignment, newest, now, released=is_back) is None,
            late_share=share,
            earned=earned_by(back.get(newest.id), assignment),
        )

    async def page(self, caller: Caller, query: ListSubmissions) -> Submissions:
        """A page of the caller's submissions, newest first; of one assignment all of them."""
        store = self._stores.submissions
        if query.assignment_id is not None:
            found = await store.for_assignment(caller.id, query.assignment_id)
            return Submissions(items=await self.shown(found[::-1]), next=None)
        found = await store.of_student(caller.id, position_of(query.cursor), query.limit + 1)
        last = found[query.limit - 1] if len(found) > query.limit else None
        return Submissions(
            items=await self.shown(found[: query.limit]),
            next=cursor_of(last.submitted_at, last.id) if last is not None else None,
        )

    async def get(self, caller: Caller, submission_id: str) -> OneSubmission:
        """One of the caller's submissions.

        Raises:
            NotFound: there is no such one.

        """
        found = await self._stores.submissions.find(submission_id)
        if found is None or found.student_id != caller.id:
            raise NotFound(what="submission")
        return await self.one(found)

    async def one(self, submission: Submission) -> OneSubmission:
        """A submission in its envelope."""
        (view,) = await self.shown([submission])
        return OneSubmission(submission=view)

    async def shown(self, submissions: Sequence[Submission]) -> list[SubmissionView]:
        """Submissions as their student sees them."""
        if not submissions:
            return []
        files = await self._files.views([file_id for one in submissions for file_id in one.file_ids])
        given = await self._stores.assignments.find_many(
            [one.assignment_id for one in submissions if one.assignment_id]
        )
        jobs = await self._stores.jobs.find_many([one.grade_id for one in submissions])
        releases = await self._stores.grades.releases([one.id for one in submissions])
        back = await self._gradebook.back(submissions, releases)
        return [
            submission_view(
                one,
                given.get(one.assignment_id or ""),
                files=files,
                job=jobs.get(one.grade_id),
                back=back.get(one.id),
            )
            for one in submissions
        ]
