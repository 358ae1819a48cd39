"""A teacher in a student's room: she takes over, holds, checks, whispers, comes to a raised hand; both see it."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.lesson import OWN, Lesson, a_lesson, floor, hand_at, raise_hand, step_in
from tests.browser.visitor import PHONE, check, fits, photograph
from tests.conftest import Serve
from tests.factories import People, Server, an_ai_service
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script

pytestmark = pytest.mark.timeout(120)

LONG = Script(tokens=3000, delay_s=0.02)


@pytest.fixture
async def server(fake: FakeAI, serve: Serve) -> Server:
    return await serve(ai=an_ai_service(fake.base_url), sockets={"per_user": 20})


@pytest.fixture
async def lesson(server: Server, visit: Visit) -> Lesson:
    async with People(server) as people:
        teacher, [student], _ = await people.classroom()
    return await a_lesson(server, visit, teacher, student)


async def test_she_takes_over_and_hands_back(lesson: Lesson, fake: FakeAI) -> None:
    desk, pupil = lesson.desk.page, lesson.pupil.page
    await lesson.pupil.answered()
    await expect(floor(pupil)).to_have_text("现在由五好助手回答")
    await desk.click("#take")
    await expect(floor(pupil)).to_have_text("现在由 王老师 回答")
    await expect(floor(desk)).to_have_text("现在由你回答")
    await expect(pupil.locator(".notice")).to_contain_text("王老师")
    await expect(pupil.locator("#box")).to_have_attribute("placeholder", "写给 王老师")
    await lesson.pupil.ask("老师，为什么要移项？")
    await expect(lesson.desk.said.last).to_contain_text("为什么要移项")
    await lesson.desk.ask(OWN)
    await expect(lesson.pupil.said.last.locator(".bubble")).to_have_text(OWN)
    assert len(fake.heard) == 1, "the tutor answered although the teacher has the floor"
    await lesson.both("taken")
    await desk.click("#give-back")
    await expect(floor(pupil)).to_have_text("现在由五好助手回答")
    await expect(pupil.locator("#box")).to_have_attribute("placeholder", "写下你的问题")
    await lesson.pupil.ask("懂了，下一题")
    await lesson.pupil.answered(1)


async def test_she_stops_a_running_answer_by_taking_over(server: Server, fake: FakeAI, visit: Visit) -> None:
    fake.next(LONG)
    async with People(server) as people:
        teacher, [student], _ = await people.classroom()
    lesson = await a_lesson(server, visit, teacher, student)
    await expect(lesson.desk.page.locator("#take-after")).to_be_visible()
    await lesson.desk.page.click("#take")
    await lesson.pupil.answered(0, "stopped")
    await lesson.desk.answered(0, "stopped")
    await expect(lesson.desk.page.locator("#take-after")).to_be_hidden()


async def test_she_holds_a_running_answer(server: Server, fake: FakeAI, visit: Visit) -> None:
    fake.next(Script(tokens=150, delay_s=0.03))
    async with People(server) as people:
        teacher, [student], _ = await people.classroom()
    lesson = await a_lesson(server, visit, teacher, student)
    await lesson.desk.page.click("#hold")
    await expect(lesson.desk.page.locator("#release")).to_be_visible()
    await expect(lesson.pupil.page.locator(".notice").last).to_contain_text("按住了回答")
    await lesson.both("held")
    await lesson.desk.page.reload()
    await lesson.desk.page.click("#release")
    texts = {await one.raw(await one.answered()) for one in (lesson.pupil, lesson.desk)}
    assert texts == {fake.last.text}


async def test_she_checks_an_answer_and_changes_it(lesson: Lesson, fake: FakeAI) -> None:
    desk, pupil = lesson.desk.page, lesson.pupil.page
    await lesson.pupil.answered()
    await desk.click("#check")
    await expect(floor(pupil)).to_contain_text("先看一遍")
    fake.next(Script(tokens=60, delay_s=0.03))
    await lesson.pupil.ask("那 3x = 9 呢？")
    draft = lesson.desk.answers.nth(1)
    await expect(draft.locator(".only-staff")).to_be_visible()
    await expect(lesson.pupil.answers.nth(1)).to_have_attribute("data-state", "checking")
    await expect(lesson.pupil.answers.nth(1)).to_contain_text("老师正在查看")
    await expect(draft.locator(".draft-wait")).to_contain_text("等你处理")
    assert fake.last.text[:20] not in await pupil.content(), "the student has seen the draft"
    await lesson.both("draft")
    await draft.locator("[data-do=edit]").click()
    await photograph(desk, "draft-edited-teacher")
    await draft.locator(".draft-text").fill(OWN)
    await desk.keyboard.press("Control+Enter")
    await lesson.pupil.answered(1)
    await expect(lesson.pupil.answers.nth(1).locator(".answer")).to_have_text(OWN)
    await expect(lesson.pupil.answers.nth(1).locator(".note")).to_contain_text("王老师")
    await expect(draft.locator(".draft")).to_have_count(0)
    await draft.locator("summary").click()
    await lesson.both("draft-sent")


async def test_what_is_asked_while_a_hidden_answer_is_written_goes_out_later(lesson: Lesson, fake: FakeAI) -> None:
    await lesson.pupil.answered()
    await lesson.desk.page.click("#check")
    await expect(floor(lesson.pupil.page)).to_contain_text("先看一遍")
    fake.next(LONG)
    await lesson.pupil.ask("那 3x = 9 呢？")
    await expect(lesson.pupil.answers.nth(1)).to_contain_text("老师正在查看回答")
    await lesson.pupil.ask("还有 5x = 10 呢？")
    await expect(lesson.pupil.page.locator("[data-client-id] .note")).to_contain_text("自动发送")
    await lesson.both("asked-early")
    await lesson.desk.page.click("#stop")
    await expect(lesson.desk.answers.nth(2).locator(".draft")).to_be_visible()
    await expect(lesson.pupil.page.locator("[data-client-id]")).to_have_count(0)


async def test_she_rejects_an_answer(lesson: Lesson) -> None:
    await lesson.pupil.answered()
    await lesson.desk.page.click("#check")
    await expect(floor(lesson.pupil.page)).to_contain_text("先看一遍")
    await lesson.pupil.ask("那 3x = 9 呢？")
    draft = lesson.desk.answers.nth(1)
    await draft.locator("[data-do=reject]").click()
    await draft.locator(".draft-why").fill("说得太多了")
    await photograph(lesson.desk.page, "draft-rejecting-teacher")
    await lesson.desk.page.keyboard.press("Enter")
    await lesson.pupil.answered(1, "rejected")
    await expect(lesson.pupil.answers.nth(1)).to_contain_text("老师没有采用这条回答")
    await expect(draft.locator(".note")).to_contain_text("说得太多了")
    assert "说得太多了" not in await lesson.pupil.page.content(), "the reason is for teachers"
    await lesson.both("rejected")


async def test_she_whispers_to_the_tutor(lesson: Lesson, server: Server, visit: Visit) -> None:
    desk = lesson.desk.page
    await lesson.pupil.answered()
    await desk.click("#whisper-open")
    await desk.fill("#whisper-box", "先不要说出第三步")
    await desk.locator("#whispers .segments label").nth(1).click()
    await desk.keyboard.press("Escape")
    await expect(desk.locator("#whispers")).to_be_hidden()
    await desk.click("#whisper-open")
    await desk.locator("#whisper-box").press("Enter")
    await expect(desk.locator("#whisper-list li")).to_contain_text("先不要说出第三步")
    other = await lesson.desk.another(lesson.path)
    await expect(other.locator("#whisper-count")).to_have_text("1")
    await photograph(desk, "whisper-teacher")
    assert "第三步" not in await lesson.pupil.page.content(), "the student sees a whisper"
    await desk.locator("#whisper-list button").click()
    await expect(desk.locator("#whisper-list li")).to_have_count(0)
    await expect(other.locator("#whisper-count")).to_be_hidden()


async def test_the_tutor_drafts_for_her(lesson: Lesson, fake: FakeAI) -> None:
    desk = lesson.desk.page
    await lesson.pupil.answered()
    await desk.click("#take")
    await lesson.pupil.ask("老师，为什么要移项？")
    await expect(lesson.desk.said).to_have_count(2)
    fake.next(Script(tokens=40, delay_s=0.02))
    await desk.click("#suggest")
    await expect(desk.locator("#box")).to_have_js_property("readOnly", True)
    await expect(desk.locator("#box")).to_have_js_property("readOnly", False)
    assert (await desk.input_value("#box")).strip() == fake.last.text.strip()
    await photograph(desk, "suggested-teacher")
    await desk.fill("#box", OWN)
    await desk.keyboard.press("Enter")
    await expect(lesson.pupil.said.last.locator(".bubble")).to_have_text(OWN)


async def test_a_raised_hand_is_seen_claimed_and_taken_down(lesson: Lesson) -> None:
    desk, pupil = lesson.desk.page, lesson.pupil.page
    await lesson.pupil.answered()
    await raise_hand(pupil, "第三步看不懂", 1)
    await expect(desk.locator("#hand-strip")).to_contain_text("第三步看不懂")
    await lesson.both("hand")
    await pupil.reload()
    await hand_at(pupil, 1)
    await desk.click("#hand-claim")
    await expect(pupil.locator("#hand-text")).to_have_text("王老师 来帮你了")
    await lesson.both("hand-claimed")
    await desk.click("#hand-done")
    await expect(pupil.locator("#hand-strip")).to_be_hidden()
    await expect(pupil.locator("#hand")).to_be_visible()


async def test_each_sees_that_the_other_types(lesson: Lesson) -> None:
    await lesson.pupil.answered()
    await lesson.pupil.page.locator("#box").press_sequentially("老师")
    await expect(lesson.desk.page.locator("#typing")).to_contain_text("正在输入")
    await lesson.desk.page.locator("#box").press_sequentially("好")
    await expect(lesson.pupil.page.locator("#typing")).to_have_text("王老师 正在输入…")
    await lesson.both("typing")
    await lesson.pupil.page.fill("#box", "")
    await expect(lesson.desk.page.locator("#typing")).to_have_text("")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_works_on_a_phone(server: Server, visit: Visit, axe: str, scheme: str) -> None:
    async with People(server) as people:
        teacher, [student], _ = await people.classroom()
    lesson = await a_lesson(server, visit, teacher, student, color_scheme=scheme, **PHONE)
    desk, pupil = lesson.desk.page, lesson.pupil.page
    await lesson.pupil.answered()
    await expect(desk.locator("#take")).to_be_hidden()
    await step_in(desk, "#whisper-open")
    await photograph(desk, f"phone-{scheme}-controls-teacher")
    await desk.click("#check")
    await expect(desk.locator("#staff-panel")).to_be_hidden()
    await raise_hand(pupil, "", 1)
    await expect(desk.locator("#hand-strip")).to_be_visible()
    await lesson.pupil.ask("那 3x = 9 呢？")
    await expect(lesson.desk.answers.nth(1).locator(".draft")).to_be_visible()
    await expect(desk.locator("#to-draft")).to_have_text("1 条等你看")
    for name, page in (("teacher", desk), ("student", pupil)):
        await photograph(page, f"phone-{scheme}-{name}")
        assert await fits(page), f"the {name}'s page is wider than the phone"
    for visitor in (lesson.desk, lesson.pupil):
        await check(visitor, axe)
