"""The grader as the application puts it together, with the configured AI service."""

from typing import Any

from tests.conftest import Serve
from tests.factories import People, a_photo
from tests.homework.factories import a_question, a_submission, an_assignment
from tests.homework.grading import work_of
from tests.homework.test_grader import ESSAY, WATER
from tests.live.fake_ai import FakeAI
from tests.live.fake_grader import FakeGrader
from tests.live.fake_wire import Script
from tutor.homework.context import GRADING
from tutor.homework.ports import Work

MIXED = an_assignment(questions=(a_question(1), ESSAY))


async def unheard(done: int, of: int) -> None:
    pass


def configured(ai: FakeAI, **changes: Any) -> dict[str, Any]:
    return {"base_url": ai.base_url, "model": "talks", **changes}


async def test_without_a_service_calculation_grades_and_the_rest_is_a_teachers(serve: Serve) -> None:
    grader = (await serve()).app[GRADING]
    grade = await grader.grade(Work(work_of(MIXED, {"q1": "x=2", "q2": WATER}), MIXED), unheard)
    assert [one.points for one in grade.questions] == [5.0, None]
    own = await grader.grade(Work(a_submission(), None), unheard)
    assert own.is_calculated
    assert own.points == 1.0


async def test_homework_is_judged_and_seen_by_the_models_that_are_named_for_it(serve: Serve) -> None:
    mind = FakeGrader()
    async with FakeAI(Script("minds", mind=mind)) as ai:
        server = await serve(ai=configured(ai, grading_model="judges", vision_model="sees"))
        async with People(server) as people:
            student = await people.student()
            file_id = (await student.send_file(mind.page("[q1] x=2\n[q2] 水蒸发了。", (2600, 1900))))["id"]
            work = work_of(MIXED, {}, file_ids=(file_id,))
            grade = await server.app[GRADING].grade(Work(work, MIXED), unheard)
    assert [heard.body["model"] for heard in ai.heard] == ["sees", "judges", "judges"]
    assert {heard.body["temperature"] for heard in ai.heard} == {0.0}
    assert [one.points for one in grade.questions] == [5.0, 3.0]
    place = grade.questions[0].place
    assert place is not None
    assert place.file_id == file_id


async def test_without_names_of_its_own_the_chats_model_judges_and_nobody_sees(serve: Serve) -> None:
    async with FakeAI(Script("minds", mind=FakeGrader())) as ai:
        server = await serve(ai=configured(ai))
        async with People(server) as people:
            file_id = (await (await people.student()).send_file(a_photo()))["id"]
            work = work_of(MIXED, {"q2": "水蒸发了。"}, file_ids=(file_id,))
            grade = await server.app[GRADING].grade(Work(work, MIXED), unheard)
    assert {heard.body["model"] for heard in ai.heard} == {"talks"}
    assert [one.flags for one in grade.questions] == [("no_service",), ()]


async def test_photos_of_own_work_are_read_and_calculated_but_wait_for_a_look(serve: Serve) -> None:
    mind = FakeGrader()
    async with FakeAI(Script("minds", mind=mind)) as ai:
        server = await serve(ai=configured(ai, vision_model="sees"))
        async with People(server) as people:
            page = mind.page("[1] 2x+3=7\nx=2\n[2] 3x=9\nx=4\n[3] 我的猫很可爱")
            file_id = (await (await people.student()).send_file(page))["id"]
            grade = await server.app[GRADING].grade(Work(a_submission(text="", file_ids=(file_id,)), None), unheard)
    assert [one.points for one in grade.questions] == [1.0, 0.0, None]
    assert [one.by for one in grade.questions] == ["calculation", "calculation", "model"]
    assert all(one.flags == ("picture",) for one in grade.questions)
    assert grade.outcome == "needs_teacher"


async def test_homework_may_take_the_service_longer_than_a_reply_of_the_chat(serve: Serve) -> None:
    async with FakeAI(Script("minds", mind=FakeGrader(), first_s=0.5)) as ai:
        server = await serve(ai=configured(ai, first_token_s=0.3, attempts=1))
        grade = await server.app[GRADING].grade(Work(work_of(MIXED, {"q1": "x=2", "q2": "水蒸发了。"}), MIXED), unheard)
    assert [one.by for one in grade.questions] == ["calculation", "model"]
