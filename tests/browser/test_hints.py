"""The hint ladder in a browser: how much help there was, the next step up, and why there is no more."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor, check, fits, photograph
from tests.factories import People, Server

pytestmark = pytest.mark.timeout(120)
PHONE = {"width": 390, "height": 844}


def help_of(answer: Locator) -> Locator:
    return answer.locator(".help-level")


def next_of(answer: Locator) -> Locator:
    return answer.locator("[data-do=hint]")


async def ask_for_more(pupil: Visitor, number: int) -> Locator:
    """Ask for one more hint below the newest answer, and wait for the answer with this number."""
    await next_of(pupil.answers.nth(number - 1)).click()
    return await pupil.answered(number)


async def test_a_student_climbs_to_the_full_solution(server: Server, people: People, visit: Visit, axe: str) -> None:
    pupil = await visit(server, await people.student())
    await pupil.ask("解方程 2x + 3 = 11，每一步都要讲清楚")
    answer = await pupil.answered()
    await expect(help_of(answer)).to_have_text("现在的帮助：提示（2/5）")
    await photograph(pupil.page, "hint-2-student")
    await check(pupil, axe)
    steps = ("第一步", "类似的例题", "完整解答")
    for number, name in enumerate(steps, 1):
        await expect(next_of(answer)).to_have_text(f"看{name}")
        answer = await ask_for_more(pupil, number)
        await expect(help_of(answer)).to_have_text(f"现在的帮助：{name}（{number + 2}/5）")
        await expect(pupil.page.locator(".notice").last).to_contain_text(name)
        await expect(next_of(pupil.answers.nth(number - 1))).to_be_hidden()
    await expect(next_of(answer)).to_be_hidden()
    await photograph(pupil.page, "hint-5-student")


@pytest.mark.parametrize(
    ("language", "label", "after", "named"),
    [
        ("zh", "看第一步", "现在的帮助：第一步（3/5）", "看类似的例题"),
        ("en", "Show me the first step", "Help so far: the first step (3/5)", "Show me a worked example"),
    ],
)
async def test_words_climb_like_the_button_on_a_phone(
    server: Server, people: People, visit: Visit, axe: str, language: str, label: str, after: str, named: str
) -> None:
    pupil = await visit(server, await people.student(), viewport=PHONE, locale=language)
    await pupil.ask("2x + 3 = 11")
    await expect(next_of(await pupil.answered())).to_have_text(label)
    await pupil.ask("答案" if language == "zh" else "give me the answer")
    answer = await pupil.answered(1)
    await expect(next_of(answer)).to_have_text(label)
    await pupil.ask("老师，再提示一下好吗" if language == "zh" else "Can I have a hint, please?")
    answer = await pupil.answered(2)
    await expect(help_of(answer)).to_have_text(after)
    await expect(next_of(answer)).to_have_text(named)
    assert await fits(pupil.page)
    await check(pupil, axe)
    await photograph(pupil.page, f"phone-hint-3-student-{language}")


async def test_small_talk_before_a_problem_has_no_ladder(server: Server, people: People, visit: Visit) -> None:
    pupil = await visit(server, await people.student())
    await pupil.ask("你好")
    await expect((await pupil.answered()).locator(".ladder")).to_be_hidden()


@pytest.mark.parametrize(
    ("policy", "reason", "picture"),
    [
        ({"modes": ["guide"], "hint_cap": 3}, "提示已经到头了", "cap"),
        ({"modes": ["guide"], "exam": True}, "正在考试", "exam"),
    ],
)
async def test_at_the_end_of_the_help_it_says_why_and_the_teacher_can_be_called(
    server: Server, people: People, visit: Visit, axe: str, policy: dict[str, object], reason: str, picture: str
) -> None:
    teacher, [student], class_id = await people.classroom()
    await teacher.call("PATCH", f"/classes/{class_id}", {"policy": policy})
    pupil = await visit(server, student, viewport=PHONE)
    await pupil.ask("解方程 2x + 3 = 11")
    await expect(next_of(await pupil.answered())).to_have_text("看第一步")
    answer = await ask_for_more(pupil, 1)
    await expect(answer.locator(".help-reason")).to_contain_text(reason)
    await expect(next_of(answer)).to_be_hidden()
    await check(pupil, axe)
    await photograph(pupil.page, f"phone-hint-{picture}-student")
    await answer.locator("[data-do=raise]").click()
    await pupil.page.locator("#hand-dialog [type=submit]").click()
    await expect(pupil.page.locator("#hand-strip")).to_be_visible()
    await answer.locator("[data-do=raise]").click()
    await expect(pupil.page.locator("#hand-lower")).to_be_focused()


async def test_a_lock_that_came_in_the_middle_is_told_by_the_button(
    server: Server, people: People, visit: Visit
) -> None:
    teacher, [student], class_id = await people.classroom()
    pupil = await visit(server, student)
    await pupil.ask("解方程 2x + 3 = 11")
    await pupil.answered()
    answer = await ask_for_more(pupil, 1)
    await expect(next_of(answer)).to_have_text("看类似的例题")
    await teacher.call("PATCH", f"/classes/{class_id}", {"policy": {"exam": True}})
    await next_of(answer).click()
    await expect(answer.locator(".help-reason")).to_contain_text("正在考试")
    await expect(next_of(answer)).to_be_hidden()
    await expect(pupil.answers).to_have_count(2)
