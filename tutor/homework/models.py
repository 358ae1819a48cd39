"""The nouns of homework: what is given, what is handed in, how it was graded, what teachers ruled, and appeals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tutor.ai.checking.items import Demand, UnitRule
from tutor.ai.checking.items import Kind as AnswerKind
from tutor.core.caller import Language, Role

QuestionKind = AnswerKind | Literal["text"]
AssignmentState = Literal["draft", "scheduled", "published", "closed"]
Resubmit = Literal["until_due", "until_released", "never"]
ReleaseRule = Literal["teacher", "at_once"]
SolutionRule = Literal["never", "after_release", "after_due"]
LateRule = Literal["refuse", "accept", "deduct"]
SubmissionState = Literal["pending", "grading", "graded", "needs_teacher", "failed", "withdrawn"]
DecidedBy = Literal["calculation", "model", "nobody"]
RulingKind = Literal["accept", "change", "comment"]
# Why a person must look at a question before its points count.
Flag = Literal[
    "undecided",  # neither calculation nor model could tell
    "unsure",  # the model says so itself
    "disagreement",  # two passes differ
    "unproved",  # a quote does not occur in the work
    "suspicious",  # the work speaks to whoever grades it
    "picture",  # read from a photo by a model, which may have been talked into reading something else
    "unreadable",  # nothing could be read
    "invalid",  # the service's answer was no valid one, twice
    "no_service",  # no model is there to judge it
]
WHOLE = "whole"  # the one criterion of a question without criteria of its own


@dataclass(frozen=True, slots=True)
class Level:
    """A step of a criterion: so many points for what its text describes."""

    points: float
    text: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that earns points. With `levels` their points are the only ones that can be given."""

    id: str
    text: str
    points: float
    levels: tuple[Level, ...] = ()

    def allows(self, points: float) -> bool:
        """Whether so many points can be given."""
        if self.levels:
            return points in {level.points for level in self.levels}
        return 0 <= points <= self.points


@dataclass(frozen=True, slots=True)
class Question:
    """A question of an assignment. `key`, `notes` and until it may be shown `solution` never reach a student.

    `kind`, `demand`, `tolerance` and `unit` are those of `ai/checking/items.py`; a `text` is judged by reading it.
    `criteria` are empty when the answer is simply right or wrong.
    """

    id: str
    text: str
    kind: QuestionKind
    points: float
    key: str = ""
    demand: Demand = ""
    tolerance: str = ""
    unit: UnitRule = "needed"
    criteria: tuple[Criterion, ...] = ()
    notes: str = ""
    solution: str = ""
    knowledge: tuple[str, ...] = ()

    @property
    def rubric(self) -> tuple[Criterion, ...]:
        """What its points are given for."""
        return self.criteria or (Criterion(WHOLE, "", self.points),)


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """What becomes of work that comes after it was due: refused, accepted, or `percent` less for each begun day.

    After `days` (None: never) it is refused in any case.
    """

    rule: LateRule = "accept"
    percent: int = 0
    days: int | None = None

    def takes(self, late: timedelta) -> bool:
        """Whether work that is so late is still taken."""
        if late <= timedelta():
            return True
        return self.rule != "refuse" and (self.days is None or late <= timedelta(days=self.days))

    def share(self, late_s: int) -> float:
        """What part of its points late work keeps, 0 to 1."""
        if self.rule != "deduct" or late_s <= 0:
            return 1.0
        begun = -(-late_s // 86_400)
        return max(0.0, 1 - begun * self.percent / 100)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Homework that a teacher gives to classes or to single students.

    Its questions are its rubric: `rubric_version` grows with each change of them after it was published, `revision`
    with every change. `hint_cap` is the highest level of help with it (1 to 5, None: as the class has).
    A template is never given: it is copied. A scheduled one is given at `opens_at`. `asked` is the digest of what asked
    for it, so that a repeated request is known.
    """

    id: str
    teacher_id: str
    client_id: str
    title: str
    text: str
    subject: str
    grade: int
    class_ids: tuple[str, ...]
    student_ids: tuple[str, ...]
    file_ids: tuple[str, ...]
    questions: tuple[Question, ...]
    due_at: datetime | None
    opens_at: datetime | None
    late: LatePolicy
    hint_cap: int | None
    resubmit: Resubmit
    release: ReleaseRule
    solutions: SolutionRule
    is_template: bool
    state: AssignmentState
    rubric_version: int
    revision: int
    created_at: datetime
    published_at: datetime | None = None
    asked: str = ""

    @property
    def points(self) -> float:
        return sum(question.points for question in self.questions)

    @property
    def is_given(self) -> bool:
        """Whether students have it, or had it."""
        return self.state in {"published", "closed"}

    def question(self, question_id: str) -> Question | None:
        """The question with this id."""
        return next((one for one in self.questions if one.id == question_id), None)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a student typed for one question."""

    question_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Work that is not handed in yet; `id` is `draft_id(...)`. The newest save wins, by `saved_at`."""

    id: str
    student_id: str
    assignment_id: str | None
    answers: tuple[Typed, ...]
    text: str
    file_ids: tuple[str, ...]
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """Work that was handed in; `assignment_id` is None when a student asks for a check of work of their own.

    `version` counts a student's hand-ins for the assignment from 1; the newest that was not withdrawn counts.
    `class_id` is the class through which they have it. `late_s` are seconds after it was due, 0 when in time.
    `rubric_version` is the one its newest grade is for.
    """

    id: str
    client_id: str
    student_id: str
    student_name: str
    assignment_id: str | None
    class_id: str | None
    version: int
    subject: str
    grade: int
    answers: tuple[Typed, ...]
    text: str
    file_ids: tuple[str, ...]
    language: Language
    submitted_at: datetime
    late_s: int
    state: SubmissionState
    rubric_version: int

    @property
    def grade_id(self) -> str:
        return grade_id(self.id, self.rubric_version)

    def typed(self, question_id: str) -> str:
        """What was typed for a question."""
        return next((one.text for one in self.answers if one.question_id == question_id), "")


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a picture of a file, in shares of its width and height, 0 to 1; the first page is 1."""

    file_id: str
    page: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why points were given or not: words of the work itself. `start` counts characters of the question's answer."""

    quote: str
    start: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Award:
    """The points for one criterion; None while nobody has decided."""

    criterion_id: str
    points: float | None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class QuestionGrade:
    """How one question was graded. `question` and `answer` are as they were read, `place` says where.

    `reason` is one of the checker's (`ai/checking/items.py`), `error` the model's short name of the mistake.
    `explanation` is for the child. `confidence` is 0 to 1; what was calculated has 1.
    """

    question_id: str
    question: str
    answer: str
    awards: tuple[Award, ...]
    max_points: float
    by: DecidedBy
    flags: tuple[Flag, ...] = ()
    place: Place | None = None
    reason: str = ""
    error: str = ""
    explanation: str = ""
    expected_tex: str = ""
    answer_tex: str = ""
    wrong_line: int | None = None
    knowledge: tuple[str, ...] = ()
    confidence: float = 0.0

    @property
    def points(self) -> float | None:
        """Its points, or None when some are not decided."""
        return total([award.points for award in self.awards])


@dataclass(frozen=True, slots=True)
class Grade:
    """A proposal of points for a submission and one version of its rubric; written once and never changed.

    `told_at` is when people were told, once. `doubt` (0 to 1) sorts what teachers look at first. `tokens` are those
    that the AI service used.
    """

    id: str
    submission_id: str
    assignment_id: str | None
    student_id: str
    class_id: str | None
    rubric_version: int
    questions: tuple[QuestionGrade, ...]
    outcome: Literal["graded", "needs_teacher", "failed"]
    doubt: float
    tokens: int
    made_at: datetime
    told_at: datetime | None = None

    @property
    def points(self) -> float | None:
        return total([question.points for question in self.questions])

    @property
    def is_calculated(self) -> bool:
        """Whether all of it was decided by calculation, and nothing needs a look."""
        return bool(self.questions) and all(one.by == "calculation" and not one.flags for one in self.questions)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a teacher said about one criterion of one answer; never changed, the newest counts. All are its history.

    Without a criterion it is a comment on the question, without a question one on the whole work. `batch_id` binds
    those that were made at once for look-alike answers.
    """

    id: str
    client_id: str
    grade_id: str
    submission_id: str
    assignment_id: str | None
    question_id: str | None
    criterion_id: str | None
    kind: RulingKind
    points: float | None
    comment: str
    teacher_id: str
    teacher_name: str
    made_at: datetime
    batch_id: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A submission's result was given back; `id` is the submission's, so it happens once. `by` is None: by the rule.

    `told_at` is when the student was told.
    """

    id: str
    assignment_id: str | None
    student_id: str
    by: str | None
    at: datetime
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Appeal:
    """A student's thread with the teachers about a question of a result; `id` is `appeal_id(...)`."""

    id: str
    submission_id: str
    assignment_id: str | None
    question_id: str
    student_id: str
    class_id: str | None
    opened_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AppealMessage:
    """One message of an appeal; `id` is made of the appeal's and its number `seq`, from 1."""

    id: str
    appeal_id: str
    seq: int
    client_id: str
    author_id: str
    author_name: str
    role: Role
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class GradingJob:
    """Work for the graders; `id` is that of the grade it leads to, so there is one for each. `group` is whom it is for:
    groups take turns, and `turn` is this one's.

    A running one belongs to `owner` until `until`; `fence` counts how often it was taken, and who holds an old one can
    change nothing. `tries` counts how often the AI service refused. `done` of `of` questions are decided.
    """

    id: str
    submission_id: str
    rubric_version: int
    group: str
    created_at: datetime
    state: Literal["waiting", "running", "done"]
    not_before: datetime
    owner: str = ""
    fence: int = 0
    until: datetime | None = None
    tries: int = 0
    turn: int = 0
    done: int = 0
    of: int = 0


def grade_id(submission_id: str, rubric_version: int) -> str:
    """The id of the job and the grade of a submission for a version of its rubric."""
    return f"{submission_id}:{rubric_version}"


def draft_id(student_id: str, assignment_id: str | None) -> str:
    """The id of a student's draft for an assignment, or of the one for work of their own."""
    return f"{student_id}:{assignment_id or 'own'}"


def appeal_id(submission_id: str, question_id: str) -> str:
    """The id of the one appeal about a question of a submission."""
    return f"{submission_id}:{question_id}"


def total(points: Sequence[float | None]) -> float | None:
    """The sum, or None when one is missing; with two places, so that thirds add up to what people read."""
    known = [one for one in points if one is not None]
    return round(sum(known), 2) if len(known) == len(points) else None
