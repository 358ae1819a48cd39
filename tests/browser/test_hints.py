"""The hint ladder in a browser: how much help there was, one more hint, and why there is no more."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor, photograph
from tests.factories import People, Server

pytestmark = pytest.mark.timeout(120)


def help_of(answer: Locator) -> Locator:
    return answer.locator(".help-level")


async def ask_for_more(pupil: Visitor, number: int) -> Locator:
    """Ask for one more hint below the newest answer, and wait for the answer with this number."""
    await pupil.answers.nth(number - 1).locator("[data-do=hint]").click()
    return await pupil.answered(number)


async def test_a_student_climbs_to_the_full_solution(server: Server, people: People, visit: Visit) -> None:
    pupil = await visit(server, await people.student())
    await pupil.ask("解方程 2x + 3 = 11")
    answer = await pupil.answered()
    await expect(help_of(answer)).to_have_text("现在的帮助：提示（2/5）")
    await photograph(pupil.page, "hint-2-student")
    for number, name in ((1, "第一步（3/5）"), (2, "类似的例题（4/5）"), (3, "完整解答（5/5）")):
        answer = await ask_for_more(pupil, number)
        await expect(help_of(answer)).to_have_text(f"现在的帮助：{name}")
        await expect(pupil.page.locator(".notice").last).to_contain_text(name)
    await expect(answer.locator("[data-do=hint]")).to_be_hidden()
    await photograph(pupil.page, "hint-5-student")


async def test_at_the_classs_cap_the_reason_stands_there(server: Server, people: People, visit: Visit) -> None:
    teacher, [student], class_id = await people.classroom()
    await teacher.call("PATCH", f"/classes/{class_id}", {"policy": {"modes": ["guide"], "hint_cap": 3}})
    pupil = await visit(server, student, viewport={"width": 390, "height": 844})
    await pupil.ask("解方程 2x + 3 = 11")
    await pupil.answered()
    answer = await ask_for_more(pupil, 1)
    await answer.locator("[data-do=hint]").click()
    await expect(answer.locator("[data-do=hint]")).to_have_attribute("aria-disabled", "true")
    await expect(answer.locator(".help-reason")).to_contain_text("提示已经到头了")
    await photograph(pupil.page, "phone-hint-cap-student")
