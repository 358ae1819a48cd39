"""Homework for the demo class: an assignment of maths, and what its students handed in. Called by `demo.py`.

It is made once, by the same services as everybody's; the graders of the server then find it.
"""

from collections.abc import Sequence
from datetime import timedelta

from aiohttp import web

from tutor.core.caller import Caller
from tutor.core.clock import CLOCK
from tutor.homework.assignment_messages import CreateAssignment, QuestionPart
from tutor.homework.context import AUTHORING, HANDING_IN, HOMEWORK
from tutor.homework.submission_messages import AnswerPart, HandIn

ASSIGNMENT = "d0000000-0000-4000-8000-000000000000"
HAND_INS = (
    "d0000000-0000-4000-8000-000000000001",
    "d0000000-0000-4000-8000-000000000002",
    "d0000000-0000-4000-8000-000000000003",
)
DUE = timedelta(days=7)
# All right, wrong in each, and half of it: as the demo's students are listed.
ANSWERS = (
    ("解：2x=11-3\n2x=8\nx=4", "1/2+1/3\n=3/6+2/6\n=5/6", "(x-2)(x-3)=0\nx=2或x=3"),
    ("2x=11+3\nx=7", "2/5", "x=2"),
    ("x=4", "5/6", ""),
)


def questions() -> list[QuestionPart]:
    """What the assignment asks."""
    return [
        QuestionPart(
            id="q1",
            text="解方程 2x+3=11",
            points=5,
            key="x=4",
            solution="2x=11-3，2x=8，x=4",
            knowledge=["一元一次方程"],
        ),
        QuestionPart(
            id="q2", text="计算 1/2+1/3", points=3, key="5/6", solution="1/2+1/3=3/6+2/6=5/6", knowledge=["分数加法"]
        ),
        QuestionPart(
            id="q3",
            text="解方程 x²-5x+6=0",
            points=4,
            key="x=2或x=3",
            solution="(x-2)(x-3)=0，所以 x=2 或 x=3",
            knowledge=["一元二次方程"],
        ),
    ]


async def make_homework(app: web.Application, teacher: Caller, class_id: str, students: Sequence[Caller]) -> None:
    """Give the assignment to the class and hand in for its students, unless that was done."""
    if await app[HOMEWORK].assignments.sent(teacher.id, ASSIGNMENT) is not None:
        return
    wanted = CreateAssignment(
        client_id=ASSIGNMENT,
        title="方程与分数",
        text="写出过程。",
        subject="math",
        grade=7,
        class_ids=[class_id],
        questions=questions(),
        due_at=app[CLOCK].now() + DUE,
    )
    made = await app[AUTHORING].create(teacher, wanted)
    await app[AUTHORING].publish(teacher, made.id)
    for student, client_id, texts in zip(students, HAND_INS, ANSWERS, strict=True):
        answers = [AnswerPart(question_id=f"q{number}", text=text) for number, text in enumerate(texts, start=1)]
        await app[HANDING_IN].hand_in(student, HandIn(client_id=client_id, assignment_id=made.id, answers=answers))
