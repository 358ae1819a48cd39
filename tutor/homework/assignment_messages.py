"""What crosses the edge of assignments: making, changing and giving them, and what people see of them."""

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from tutor.core.messages import Answer, ClientId, Command, Event, Id
from tutor.files.messages import FileView

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]
SchoolGrade = Annotated[int, Field(ge=1, le=12)]
Points = Annotated[float, Field(ge=0, le=1000, multiple_of=0.5, strict=False)]
PartId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,12}$")]
YEARS = range(2000, 3000)


def as_stored(moment: datetime) -> datetime:
    """A time in UTC, cut to milliseconds as it is stored."""
    if moment.year not in YEARS:
        raise ValueError("year")
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(as_stored)]
State = Literal["draft", "scheduled", "published", "closed"]
QuestionKind = Literal["any", "choice", "judge", "range", "point", "list", "solutions", "equation", "text"]


class LevelPart(Command):
    """A step of a criterion."""

    points: Points
    text: ShortText


class CriterionPart(Command):
    """Something that earns points."""

    id: PartId
    text: ShortText
    points: Points
    levels: list[LevelPart] = Field(default=[], max_length=10)


class QuestionPart(Command):
    """A question with its key and rubric; `id` stays the same when it is changed. See `models.Question`."""

    id: PartId
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    kind: QuestionKind = "any"
    points: Annotated[Points, Field(gt=0)]
    key: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    demand: Literal["", "any", "simplest", "factored", "expanded"] = ""
    tolerance: Annotated[str, StringConstraints(pattern=r"^(\d{1,6}(\.\d{1,9})?)?$")] = ""
    unit: Literal["needed", "free"] = "needed"
    criteria: list[CriterionPart] = Field(default=[], max_length=20)
    notes: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    solution: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""
    knowledge: list[Annotated[str, StringConstraints(min_length=1, max_length=60)]] = Field(default=[], max_length=10)


class LatePart(Command):
    """What becomes of late work; see `models.LatePolicy`."""

    rule: Literal["refuse", "accept", "deduct"] = "accept"
    percent: Annotated[int, Field(ge=0, le=100)] = 0
    days: Annotated[int, Field(ge=1, le=365)] | None = None


def each_once(questions: list[QuestionPart]) -> list[QuestionPart]:
    """Answers, points and rulings find a question and a criterion by their ids."""
    for ids in ([one.id for one in questions], *([part.id for part in one.criteria] for one in questions)):
        if len(set(ids)) < len(ids):
            raise ValueError("twice")
    return questions


QuestionParts = Annotated[list[QuestionPart], Field(max_length=60), AfterValidator(each_once)]


class CreateAssignment(Command):
    """Write a draft of an assignment, or a template. The same `client_id` again gives the same one."""

    client_id: ClientId
    title: Title
    text: LongText = ""
    subject: Subject
    grade: SchoolGrade
    class_ids: list[Id] = Field(default=[], max_length=20)
    student_ids: list[Id] = Field(default=[], max_length=200)
    file_ids: list[Id] = Field(default=[], max_length=9)
    questions: QuestionParts = Field(default=[])
    due_at: Moment | None = None
    opens_at: Moment | None = None
    late: LatePart = LatePart()
    hint_cap: Annotated[int, Field(ge=1, le=5)] | None = None
    resubmit: Literal["until_due", "until_released", "never"] = "until_due"
    release: Literal["teacher", "at_once"] = "teacher"
    solutions: Literal["never", "after_release", "after_due"] = "after_release"
    is_template: bool = False


class UpdateAssignment(Command):
    """Change parts of an assignment; what is left out stays. `revision` is the one that was read before.

    Once it is given, whom it is for can only grow, and a change of questions makes a new version of the rubric.
    """

    revision: Annotated[int, Field(ge=0)]
    title: Title | None = None
    text: LongText | None = None
    subject: Subject | None = None
    grade: SchoolGrade | None = None
    class_ids: Annotated[list[Id], Field(max_length=20)] | None = None
    student_ids: Annotated[list[Id], Field(max_length=200)] | None = None
    file_ids: Annotated[list[Id], Field(max_length=9)] | None = None
    questions: QuestionParts | None = None
    due_at: Moment | None = None
    opens_at: Moment | None = None
    late: LatePart | None = None
    hint_cap: Annotated[int, Field(ge=1, le=5)] | None = None
    resubmit: Literal["until_due", "until_released", "never"] | None = None
    release: Literal["teacher", "at_once"] | None = None
    solutions: Literal["never", "after_release", "after_due"] | None = None


class CopyAssignment(Command):
    """Make a draft of it, or a template, with all but whom it is for and when."""

    client_id: ClientId
    is_template: bool = False


class ListAssignments(Command):
    """A page of the assignments of a class, or of the caller's own, or of the templates; newest first."""

    class_id: Id | None = None
    templates: bool = False
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 30


class AssignmentView(Answer):
    """An assignment as its teachers see it, with keys and notes. Counts are of students, not of hand-ins."""

    id: str
    teacher_id: str
    title: str
    text: str
    subject: str
    grade: int
    class_ids: list[str]
    class_names: list[str]
    student_ids: list[str]
    files: list[FileView]
    questions: list[QuestionPart]
    points: float
    due_at: datetime | None
    opens_at: datetime | None
    late: LatePart
    hint_cap: int | None
    resubmit: Literal["until_due", "until_released", "never"]
    release: Literal["teacher", "at_once"]
    solutions: Literal["never", "after_release", "after_due"]
    is_template: bool
    state: State
    rubric_version: int
    revision: int
    created_at: datetime
    published_at: datetime | None


class OneAssignment(Answer):
    """An assignment in its envelope."""

    assignment: AssignmentView


class AssignmentRow(Answer):
    """An assignment in a teacher's list. How many of her students have it, handed in, wait for her, have it back."""

    id: str
    title: str
    subject: str
    class_names: list[str]
    state: State
    due_at: datetime | None
    opens_at: datetime | None
    points: float
    students: int
    handed_in: int
    to_review: int
    released: int


class AssignmentList(Answer):
    """A page of assignments; `next` is the cursor of the following page."""

    items: list[AssignmentRow]
    next: str | None


class AskedQuestion(Answer):
    """A question as its students see it: without key, notes, rubric and solution."""

    id: str
    number: int
    text: str
    kind: QuestionKind
    points: float


class Earned(Answer):
    """The points of a result that is back, after what late work loses; None where nobody gave any."""

    points: float | None
    max_points: float


class TaskView(Answer):
    """An assignment as a student sees it. `state` is that of the newest submission, or `todo`.

    `may_hand_in` and `may_withdraw` say what the server would take now; `late_share` what part of its points work keeps
    that is handed in now, 0 to 1.
    """

    id: str
    title: str
    text: str
    subject: str
    grade: int
    teacher_name: str
    questions: list[AskedQuestion]
    files: list[FileView]
    points: float
    due_at: datetime | None
    closed: bool
    resubmit: Literal["until_due", "until_released", "never"]
    state: Literal["todo", "pending", "grading", "graded", "needs_teacher", "failed", "withdrawn", "released"]
    submission_id: str | None
    may_hand_in: bool
    may_withdraw: bool
    late_share: float
    earned: Earned | None


class AssignmentGivenNews(Event):
    """A student was given an assignment, or it changed; to the student. The page reads it anew."""

    event: ClassVar[str] = "assignment.changed"
    assignment_id: str
    title: str
