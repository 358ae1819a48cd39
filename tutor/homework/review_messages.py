"""What crosses the edge of reviewing: what teachers see and rule, what goes back to students, and their appeals."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from tutor.core.messages import Answer, ClientId, Command, Event, Id
from tutor.files.messages import FileView
from tutor.homework.assignment_messages import PartId, Points
from tutor.homework.submission_messages import AnswerPart, State

Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
AppealText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
MOST_SUBMISSIONS = 2000  # of the 20 classes and 200 single students that an assignment may be for
FlagName = Literal[
    "undecided", "unsure", "disagreement", "unproved", "suspicious", "picture", "unreadable", "invalid", "no_service"
]


class PlaceView(Answer):
    """A part of a picture, in shares of its width and height."""

    file_id: str
    page: int
    left: float
    top: float
    width: float
    height: float


class EvidenceView(Answer):
    """Words of the work that points rest on; `start` counts the characters of the answer before them."""

    quote: str
    start: int | None
    place: PlaceView | None


class AwardView(Answer):
    """The points of one criterion: what was proposed, and what counts (the teacher's word where there is one)."""

    criterion_id: str
    criterion: str
    max_points: float
    levels: list[float]
    proposed: float | None
    points: float | None
    ruled: bool
    evidence: EvidenceView | None


class QuestionReview(Answer):
    """One question of a submission on the teacher's desk. `settled` when its points may go back."""

    question_id: str
    number: int
    question: str
    key: str
    notes: str
    answer: str
    place: PlaceView | None
    awards: list[AwardView]
    points: float | None
    max_points: float
    by: Literal["calculation", "model", "nobody"]
    flags: list[FlagName]
    settled: bool
    reason: str
    error: str
    explanation: str
    expected_tex: str
    answer_tex: str
    wrong_line: int | None
    knowledge: list[str]
    confidence: float
    comment: str
    appeal: Literal["none", "open", "settled"] = "none"


class HistoryLine(Answer):
    """One ruling, as it was made."""

    at: datetime
    teacher_name: str
    question_number: int | None
    criterion: str
    kind: Literal["accept", "change", "comment"]
    before: float | None
    points: float | None
    comment: str
    in_group: bool


class Review(Answer):
    """A submission on the teacher's desk. `previous` and `next` are its neighbours in the queue."""

    submission_id: str
    assignment_id: str | None
    assignment_title: str
    student_id: str
    student_name: str
    version: int
    submitted_at: datetime
    late_s: int
    late_share: float
    state: State
    released_at: datetime | None
    answers: list[AnswerPart]
    text: str
    files: list[FileView]
    questions: list[QuestionReview]
    points: float | None
    max_points: float
    comment: str
    history: list[HistoryLine]
    previous: str | None
    next: str | None


class QueueRow(Answer):
    """A submission in the queue: the least certain first, then those to release, then the released."""

    submission_id: str
    student_id: str
    student_name: str
    submitted_at: datetime
    late_s: int
    version: int
    state: State
    points: float | None
    max_points: float
    doubt: float
    flags: list[FlagName]
    to_review: int
    settled: bool
    released: bool
    appeal: bool


class ReviewQueue(Answer):
    """All newest submissions of an assignment, and the students who have handed in nothing."""

    items: list[QueueRow]
    missing: list[str]


class Rule(Command):
    """What the teacher says: `accept` the proposed points, `change` them to `points`, or only `comment`.

    `accept` without a criterion is for all proposed ones of the question, without a question for all of the work.
    """

    client_id: ClientId
    kind: Literal["accept", "change", "comment"]
    question_id: PartId | None = None
    criterion_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,12}$")] | None = None
    points: Points | None = None
    comment: Comment = ""


class AnswerGroup(Answer):
    """Answers to one question that are alike (`alike` is what they have in common), and what was proposed for them."""

    key: str
    alike: str
    submission_ids: list[str]
    students: list[str]
    points: list[float | None]
    settled: int


class QuestionGroups(Answer):
    """The groups of one question, the largest first."""

    question_id: str
    number: int
    question: str
    groups: list[AnswerGroup]


class AnswerGroups(Answer):
    """Look-alike answers of an assignment."""

    questions: list[QuestionGroups]


class CriterionPoints(Command):
    """Points for one criterion."""

    criterion_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,12}$")]
    points: Points


class RuleGroup(Command):
    """Say the same of many answers at once, after the teacher has confirmed the list of their submissions."""

    client_id: ClientId
    question_id: PartId
    submission_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_SUBMISSIONS)]
    points: Annotated[list[CriterionPoints], Field(min_length=1, max_length=20)]
    comment: Comment = ""


class AcceptProposals(Command):
    """Accept every proposal of a question that has no flag; flagged ones need a look of their own."""

    client_id: ClientId
    question_id: PartId


class Ruled(Answer):
    """How many submissions were ruled about."""

    ruled: int


class Released(Answer):
    """Those that went back now, and those that have questions to look at first."""

    released: list[str]
    held: list[str]


class Regrade(Command):
    """Grade again what was not released: with the newest rubric, or what failed."""


class Regrading(Answer):
    """How many submissions are graded again."""

    started: int


class Cost(Answer):
    """What grading the not yet graded, or regrading, would take: the pictures, calls and tokens of the AI service.

    `calculated` of the questions need no service. `price` is in the operator's currency, None when no price is set.
    """

    submissions: int
    questions: int
    calculated: int
    calls: int
    pictures: int
    tokens: int
    price: float | None
    currency: str


class CriterionAgreement(Answer):
    """How often teachers kept what was proposed for a criterion: `kept` of `ruled`; `off` is the mean difference."""

    question_number: int
    criterion: str
    ruled: int
    kept: int
    off: float


class QuestionStatistics(Answer):
    """How a question went: the mean share of its points (0 to 1), and how many got all, some or none."""

    question_id: str
    number: int
    question: str
    mean_share: float | None
    full: int
    part: int
    none: int
    undecided: int
    commonest: list[str]


class Statistics(Answer):
    """How an assignment went. `bins` counts results by tenths of the points, the last with all of them."""

    students: int
    handed_in: int
    late: int
    released: int
    graded: int
    mean: float | None
    median: float | None
    best: float | None
    worst: float | None
    max_points: float
    bins: list[int]
    questions: list[QuestionStatistics]
    agreement: list[CriterionAgreement]


class SimilarPair(Answer):
    """Two answers that are nearly the same: a hint to look, nothing more. `share` is 0 to 1."""

    question_number: int
    first_submission_id: str
    first_student: str
    second_submission_id: str
    second_student: str
    share: float
    passage: str


class Similar(Answer):
    """The pairs of an assignment, the most alike first."""

    pairs: list[SimilarPair]


class ResultAward(Answer):
    """The points of one criterion as the student sees them."""

    criterion: str
    points: float
    max_points: float
    evidence: EvidenceView | None


class QuestionResult(Answer):
    """One question of a result. `checked_by` is the badge: calculation, a teacher, or the model with her consent."""

    question_id: str
    number: int
    question: str
    answer: str
    place: PlaceView | None
    points: float | None
    max_points: float
    awards: list[ResultAward]
    checked_by: Literal["calculation", "teacher", "model", "nobody"]
    reason: str
    error: str
    explanation: str
    answer_tex: str
    wrong_line: int | None
    knowledge: list[str]
    comment: str
    solution: str
    appeal: Literal["none", "open", "settled"] = "none"


class Result(Answer):
    """What goes back to a student. `late_share` is the part of the points that late work keeps."""

    submission_id: str
    assignment_id: str | None
    title: str
    version: int
    points: float | None
    max_points: float
    late_share: float
    released_at: datetime
    comment: str
    files: list[FileView]
    questions: list[QuestionResult]


class HomeworkReleased(Event):
    """A result is back, or what was back has changed; to its student."""

    event: ClassVar[str] = "homework.released"
    submission_id: str
    assignment_id: str | None
    title: str
    points: float | None
    max_points: float


class OpenAppeal(Command):
    """Read an appeal and follow it; a student's first message opens it."""

    submission_id: Id
    question_id: PartId


class CloseAppeal(Command):
    """Follow an appeal no more."""

    submission_id: Id
    question_id: PartId


class SendAppeal(Command):
    """Say something in an appeal."""

    submission_id: Id
    question_id: PartId
    client_id: ClientId
    text: AppealText


class SettleAppeal(Command):
    """Close an appeal, as a teacher; what was ruled stands in the result."""

    submission_id: Id
    question_id: PartId


class AppealMessageView(Answer):
    """One message of an appeal."""

    seq: int
    author_id: str
    author_name: str
    role: Literal["student", "teacher", "guardian", "admin", "operator"]
    text: str
    sent_at: datetime


class OneAppealMessage(Answer):
    """A message in its envelope."""

    message: AppealMessageView


class AppealView(Answer):
    """An appeal with all its messages; `state` is `none` before the student's first."""

    submission_id: str
    question_id: str
    state: Literal["none", "open", "settled"]
    messages: list[AppealMessageView]


class OneAppeal(Answer):
    """An appeal in its envelope."""

    appeal: AppealView


class AppealAdded(Event):
    """Something was said in an appeal; to its student and the teachers who have it open. Who watches the assignment
    hears `submission.changed`.
    """

    event: ClassVar[str] = "appeal.added"
    submission_id: str
    question_id: str
    message: AppealMessageView


class AppealWasSettled(Event):
    """An appeal was closed; to the same."""

    event: ClassVar[str] = "appeal.settled"
    submission_id: str
    question_id: str
