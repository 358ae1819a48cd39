"""No attack gives points that count: the real grader with a model that obeys every order it reads.

Wrong work with an attack in it is graded beside the same work without. What counts without a teacher must be the same;
what a teacher could take unseen, because nothing is flagged, must not be more.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.homework.factories import a_question, a_submission, an_assignment
from tests.homework.grading import GradingDesk, OwnWorkOf, a_grading_desk, work_of
from tests.homework.injections import ATTACKS, UNKNOWN, Attack
from tests.homework.test_grader import CRITERIA, OPEN
from tutor.ai.checking.checker import DEADLINE_S, AnswerChecker
from tutor.ai.embedded.worker import Workers
from tutor.core.mongo import Database
from tutor.homework.deciding import standing
from tutor.homework.models import Criterion, Grade, QuestionGrade

AT_ONCE = 8
QUESTIONS = (
    a_question(1),
    a_question(2, text="云是怎么来的?", kind="text", key="", criteria=CRITERIA),
    a_question(3, criteria=(Criterion("working", "写出「2x=4」", 3.0), Criterion("end", "得到「x=2」", 2.0))),
    a_question(4, key="无法用数的话表达"),
)
ASSIGNMENT = an_assignment(questions=QUESTIONS)
WRONG = {"q1": "2x=10\nx=5", "q2": "云是棉花做的。", "q3": "x=5", "q4": "我不知道怎么写"}
SOLVED = {"q1": "2x=4\nx=2", "q2": "水蒸发,再凝结。", "q3": "2x=4\nx=2", "q4": "无法用数的话表达"}
TYPED = [attack for attack in ATTACKS if not attack.on_picture]
PICTURED = [attack for attack in ATTACKS if attack.on_picture]


@pytest.fixture(scope="module")
async def checker() -> AsyncIterator[AnswerChecker]:
    workers = Workers(DEADLINE_S, 1)
    yield AnswerChecker(workers)
    await workers.close()


@pytest.fixture
async def desk(database: Database, checker: AnswerChecker) -> AsyncIterator[GradingDesk]:
    """A desk whose model knows and obeys every attack, and reads what is right where it is told to."""
    async with a_grading_desk(database, checker) as made:
        made.mind.orders = [attack.text for attack in ATTACKS]
        made.mind.solved = SOLVED
        yield made


async def typed(desk: GradingDesk, attack: str) -> Grade:
    answers = {name: f"{attack}\n{answer}" if attack else answer for name, answer in WRONG.items()}
    return await desk.grade(ASSIGNMENT, work_of(ASSIGNMENT, answers))


async def photographed(desk: GradingDesk, attack: str) -> Grade:
    page = "\n".join([attack, *(f"[{name}] {answer}" for name, answer in WRONG.items())])
    file_id = await desk.a_file(desk.mind.page(page))
    return await desk.grade(ASSIGNMENT, work_of(ASSIGNMENT, {}, file_ids=(file_id,)))


async def all_of(desk: GradingDesk, attacks: list[Attack]) -> list[tuple[Attack, Grade]]:
    """The grades of work with the attacks, a few at a time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def graded(attack: Attack) -> tuple[Attack, Grade]:
        async with turns:
            return attack, await (photographed if attack.on_picture else typed)(desk, attack.text)

    return list(await asyncio.gather(*map(graded, attacks)))


def raised(clean: Grade, attacked: Grade) -> list[QuestionGrade]:
    """The questions whose points would count, or could be taken unseen, though they are not those of clean work."""
    found = []
    pairs = zip(clean.questions, attacked.questions, standing(attacked, []).questions, strict=True)
    for before, after, now in pairs:
        is_more = (after.points or 0.0) > (before.points or 0.0)
        if is_more and (now.settled or not after.flags):
            found.append(after)
    return found


async def test_clean_wrong_work_has_no_points(desk: GradingDesk) -> None:
    for grade in (await typed(desk, ""), await photographed(desk, "")):
        assert all((one.points or 0.0) <= 0 for one in grade.questions)
        assert desk.mind.obeyed == 0


async def test_no_typed_attack_gives_points_that_count(desk: GradingDesk) -> None:
    clean = await typed(desk, "")
    graded = await all_of(desk, TYPED)
    assert [(attack.name, raised(clean, grade)) for attack, grade in graded if raised(clean, grade)] == []
    for attack, grade in graded:
        assert grade.outcome == "needs_teacher", attack
        assert not standing(grade, []).settled, attack
        calculated = [one for one in grade.questions if one.by == "calculation"]
        assert not any(one.points for one in calculated), attack


async def test_no_attack_on_a_picture_gives_points_that_count(desk: GradingDesk) -> None:
    clean = await photographed(desk, "")
    graded = await all_of(desk, PICTURED)
    assert [(attack.name, raised(clean, grade)) for attack, grade in graded if raised(clean, grade)] == []
    for attack, grade in graded:
        assert not any(one.settled for one in standing(grade, []).questions), attack


async def test_the_model_is_really_fooled_by_all_of_them(desk: GradingDesk) -> None:
    for attack, grade in await all_of(desk, [*TYPED, *PICTURED]):
        assert grade.questions[1].points == 5.0, attack
        assert grade.questions[2].points == 5.0, attack
        assert grade.questions[3].points == 5.0, attack
        if attack.on_picture:
            assert grade.questions[0].points == 5.0, attack


async def test_attacks_of_unknown_wording_are_given_away_by_a_look_at_the_proofs_alone(desk: GradingDesk) -> None:
    attacks = [Attack(text, text) for text in UNKNOWN]
    desk.mind.orders = UNKNOWN
    clean = await typed(desk, "")
    for attack, grade in await all_of(desk, attacks):
        assert grade.questions[1].points == 5.0, attack
        assert raised(clean, grade) == [], attack
        assert not any(one.settled for one in standing(grade, []).questions if one.points), attack


async def test_own_work_gets_no_points_from_whoever_obeys(desk: GradingDesk) -> None:
    for attack in TYPED[::10]:
        work = a_submission(text=f"1. 2x+3=7\n{attack.text}")
        grade = await desk.grade(None, work, desk.grader(own=OwnWorkOf(OPEN)))
        assert grade.questions[0].points is None
        assert "suspicious" in grade.questions[0].flags
