"""What crosses the edge of handing in: drafts, submissions, and the news of their grading; results are in
`review_messages.py`.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from tutor.core.messages import Answer, ClientId, Command, Event, Id
from tutor.files.messages import FileView
from tutor.homework.assignment_messages import Earned, PartId, SchoolGrade, Subject, TaskView

MOST_FILES = 9
MOST_LETTERS = 10_000
FEWEST_LETTERS = 10

Work = Annotated[str, StringConstraints(max_length=MOST_LETTERS)]
State = Literal["pending", "grading", "graded", "needs_teacher", "failed", "withdrawn"]


class AnswerPart(Command):
    """What is typed for one question."""

    question_id: PartId
    text: Work


class SaveDraft(Command):
    """Keep work that is not handed in yet. The address names the assignment, or `own`."""

    answers: list[AnswerPart] = Field(default=[], max_length=60)
    text: Work = ""
    file_ids: list[Id] = Field(default=[], max_length=MOST_FILES)


class DraftView(Answer):
    """A draft as it is kept."""

    answers: list[AnswerPart]
    text: str
    files: list[FileView]
    saved_at: datetime


class OneDraft(Answer):
    """A draft in its envelope; None when there is none."""

    draft: DraftView | None


class HandIn(Command):
    """Hand work in. The same `client_id` again gives the same submission.

    Without an assignment it is work of the student's own, "check my homework": 10 to 10,000 characters or photos, with
    its subject and grade.
    """

    client_id: ClientId
    assignment_id: Id | None = None
    answers: list[AnswerPart] = Field(default=[], max_length=60)
    text: Work = ""
    file_ids: list[Id] = Field(default=[], max_length=MOST_FILES)
    subject: Subject | None = None
    grade: SchoolGrade | None = None


class ListSubmissions(Command):
    """A page of the caller's own submissions, newest first; of one assignment where it is named."""

    assignment_id: Id | None = None
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 30


class SubmissionView(Answer):
    """A submission as its student sees it. `done` of `of` questions are graded. `released`: its result is back."""

    id: str
    assignment_id: str | None
    title: str
    subject: str
    grade: int
    version: int
    answers: list[AnswerPart]
    text: str
    files: list[FileView]
    submitted_at: datetime
    late_s: int
    state: State
    released: bool
    done: int
    of: int
    earned: Earned | None


class OneSubmission(Answer):
    """A submission in its envelope."""

    submission: SubmissionView


class Submissions(Answer):
    """A page of submissions; `next` is the cursor of the following page."""

    items: list[SubmissionView]
    next: str | None


class Tasks(Answer):
    """All the assignments a student has: those still to do first, by when they are due."""

    items: list[TaskView]


class OneTask(Answer):
    """An assignment with the student's draft and submissions, the newest first."""

    task: TaskView
    draft: DraftView | None
    submissions: list[SubmissionView]


class HomeworkProgressed(Event):
    """So many questions of a submission are decided; to its student."""

    event: ClassVar[str] = "homework.progressed"
    submission_id: str
    assignment_id: str | None
    done: int
    of: int


class HomeworkGraded(Event):
    """Grading has ended; to the student. Points come with `homework.released`."""

    event: ClassVar[str] = "homework.graded"
    submission_id: str
    assignment_id: str | None
    grade_id: str
    title: str
    state: Literal["graded", "needs_teacher", "failed"]


class SubmissionChanged(Event):
    """A submission came, or its state changed; to the teachers who watch the assignment."""

    event: ClassVar[str] = "submission.changed"
    assignment_id: str
    submission_id: str
    student_id: str
    state: State
    released: bool


class WatchAssignment(Command):
    """Follow an assignment of the caller's: its submissions, releases and appeals."""

    assignment_id: Id


class UnwatchAssignment(Command):
    """Follow an assignment no more."""

    assignment_id: Id
