"""Homework for tests: the nouns with everything filled in, the bodies of commands, and a grader led by hand."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from tests.factories import Json, Person, a_client_id
from tutor.ai.errors import ModelError
from tutor.core.clock import new_id
from tutor.homework.models import (
    Assignment,
    Award,
    Grade,
    LatePolicy,
    Question,
    QuestionGrade,
    Ruling,
    Submission,
    Typed,
    grade_id,
)
from tutor.homework.ports import Progress, Work

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def a_question(number: int = 1, **changes: Any) -> Question:
    """A question whose answer is calculated."""
    plain = Question(id=f"q{number}", text="解方程 2x+3=7", kind="any", points=5.0, key="x=2", solution="2x=4, x=2")
    return replace(plain, **changes)


def an_assignment(**changes: Any) -> Assignment:
    """A published assignment with two questions, for one class."""
    plain = Assignment(
        id=new_id(),
        teacher_id=new_id(),
        client_id=a_client_id(),
        title="一元一次方程",
        text="",
        subject="math",
        grade=7,
        class_ids=(new_id(),),
        student_ids=(),
        file_ids=(),
        questions=(a_question(1), a_question(2, text="1/2 + 1/3 = ?", key="5/6")),
        due_at=None,
        opens_at=None,
        late=LatePolicy(),
        hint_cap=None,
        resubmit="until_due",
        release="teacher",
        solutions="after_release",
        is_template=False,
        state="published",
        rubric_version=1,
        revision=1,
        created_at=NOW,
        published_at=NOW,
    )
    return replace(plain, **changes)


def a_submission(assignment: Assignment | None = None, **changes: Any) -> Submission:
    """Typed answers to an assignment; those of `an_assignment` are right."""
    answers = (Typed("q1", "x=2"), Typed("q2", "5/6")) if assignment else ()
    plain = Submission(
        id=new_id(),
        client_id=a_client_id(),
        student_id=new_id(),
        student_name="小明",
        assignment_id=assignment.id if assignment else None,
        class_id=assignment.class_ids[0] if assignment and assignment.class_ids else None,
        version=1,
        subject="math",
        grade=7,
        answers=answers,
        text="" if assignment else "1. 2x+3=7\nx=2",
        file_ids=(),
        language="zh",
        submitted_at=NOW,
        late_s=0,
        state="pending",
        rubric_version=assignment.rubric_version if assignment else 1,
    )
    return replace(plain, **changes)


def a_question_grade(number: int = 1, points: float | None = 5.0, **changes: Any) -> QuestionGrade:
    """A question that was decided by calculation."""
    plain = QuestionGrade(
        question_id=f"q{number}",
        question="解方程 2x+3=7",
        answer="x=2",
        awards=(Award("whole", points),),
        max_points=5.0,
        by="calculation",
        confidence=1.0,
    )
    return replace(plain, **changes)


def a_grade(submission: Submission, **changes: Any) -> Grade:
    """A grade whose two questions have all their points."""
    plain = Grade(
        id=grade_id(submission.id, submission.rubric_version),
        submission_id=submission.id,
        assignment_id=submission.assignment_id,
        student_id=submission.student_id,
        class_id=submission.class_id,
        rubric_version=submission.rubric_version,
        questions=(a_question_grade(1), a_question_grade(2)),
        outcome="graded",
        doubt=0.0,
        tokens=0,
        made_at=NOW,
    )
    return replace(plain, **changes)


def a_ruling(grade: Grade, question: int | None = 1, points: float | None = 3.0, **changes: Any) -> Ruling:
    """A teacher's change of one criterion."""
    plain = Ruling(
        id=new_id(),
        client_id=a_client_id(),
        grade_id=grade.id,
        submission_id=grade.submission_id,
        assignment_id=grade.assignment_id,
        question_id=None if question is None else f"q{question}",
        criterion_id="whole",
        kind="change",
        points=points,
        comment="",
        teacher_id=new_id(),
        teacher_name="王老师",
        made_at=NOW,
    )
    return replace(plain, **changes)


def an_assignment_body(**changes: Any) -> Json:
    """What a teacher sends to write an assignment."""
    questions = [
        {"id": "q1", "text": "解方程 2x+3=7", "kind": "any", "points": 5, "key": "x=2", "solution": "2x=4, x=2"},
        {"id": "q2", "text": "1/2 + 1/3 = ?", "kind": "any", "points": 5, "key": "5/6"},
    ]
    plain = {"client_id": a_client_id(), "title": "一元一次方程", "subject": "math", "grade": 7, "questions": questions}
    return plain | changes


async def drafted(teacher: Person, **changes: Any) -> Json:
    """A draft that a teacher has written over HTTP."""
    body = an_assignment_body(**changes)
    assignment: Json = (await teacher.call("POST", "/assignments", body))["assignment"]
    return assignment


async def given(teacher: Person, class_id: str, **changes: Any) -> Json:
    """An assignment that a teacher has written and given to a class over HTTP."""
    draft = await drafted(teacher, class_ids=[class_id], **changes)
    published: Json = (await teacher.call("POST", f"/assignments/{draft['id']}/publish", {}))["assignment"]
    return published


def work_body(assignment_id: str | None, *texts: str, **changes: Any) -> Json:
    """What a student sends to hand in typed answers, in the order of the questions."""
    answers = [{"question_id": f"q{number}", "text": text} for number, text in enumerate(texts, start=1)]
    body: Json = {"client_id": a_client_id(), "answers": answers}
    return body | ({"assignment_id": assignment_id} if assignment_id else {}) | changes


@dataclass
class Grader:
    """Finds every work right, when `gate` is open; with a `fault` it fails instead. `seen` are the works it began."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    fault: ModelError | None = None
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    async def grade(self, work: Work, progress: Progress) -> Grade:
        self.seen.append(work.submission.id)
        await progress(1, 2)
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return a_grade(work.submission)
