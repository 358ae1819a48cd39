"""A photographed homework from the phone to the settled appeal, student and teacher at once, each in a browser of their
own. The AI service is the fake one that looks at the pictures; everything else is real.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import SIZES, Visit
from tests.browser.visitor import PHONE, Visitor, look
from tests.conftest import Serve
from tests.factories import People, Server, an_ai_service
from tests.homework.factories import given
from tests.live.fake_ai import FakeAI
from tests.live.fake_grader import FakeGrader
from tests.live.fake_wire import Script
from tutor.core.clock import new_id

pytestmark = pytest.mark.timeout(240)

PAGE = "[q1] 2x+3=7\n2x=4\nx=2\n[q2] 1/2+1/3=2/5"
WHY = "我通分了，只是最后写错了。"
ANSWER = "过程对，给你两分。"


@pytest.fixture
def mind() -> FakeGrader:
    return FakeGrader()


@pytest.fixture
async def seeing(serve: Serve, mind: FakeGrader) -> AsyncIterator[Server]:
    """A server whose AI service sees; on a database of its own, where no server without such a service grades."""
    own = {"database": f"homework-{new_id()}"}
    async with FakeAI(Script("minds", mind=mind)) as ai:
        yield await serve(ai=an_ai_service(ai.base_url, vision_model="sees"), mongodb=own)


@SIZES
async def test_a_photo_is_handed_in_reviewed_given_back_and_appealed(
    seeing: Server, mind: FakeGrader, visit: Visit, axe: str, options: dict[str, Any]
) -> None:
    async with People(seeing) as people:
        teacher, [student], class_id = await people.classroom()
        homework = await given(teacher, class_id)
    desk = await visit(seeing, teacher, path=f"/teacher/homework/{homework['id']}", **options)
    await expect(desk.page.locator("#queue-empty")).to_be_visible()
    await desk.live()
    pupil = await visit(seeing, student, path="/homework", **PHONE)
    await hands_a_photo_in(pupil, mind.page(PAGE, (1600, 1200)))
    await she_reviews_it(desk, axe, len(options))
    await it_came_back(pupil.page)
    await they_talk_about_it(desk.page, pupil.page)
    await look(pupil, axe, f"day-result-{len(options)}")
    await look(desk, axe, f"day-review-{len(options)}")
    await the_tutor_is_asked(pupil)


async def hands_a_photo_in(pupil: Visitor, photo: bytes) -> None:
    page = pupil.page
    await page.click("#todo .task-link")
    await pupil.live()
    await page.set_input_files("#files", [FilePayload(name="作业.jpg", mimeType="image/jpeg", buffer=photo)])
    await expect(page.locator(".shot[data-state=there]")).to_have_count(1)
    await page.click("#hand-in")
    if await page.locator("#confirm-yes").is_visible():
        await page.click("#confirm-yes")
    await expect(page.locator("#state-text")).to_have_text("已收到，等老师批改")


async def she_reviews_it(desk: Visitor, axe: str, size: int) -> None:
    """It stands in her queue without a reload; she looks at what was read and takes it."""
    page = desk.page
    await expect(page.locator(".queue-row")).to_have_count(1)
    await page.click("#review-first")
    await expect(page.locator(".review-card")).to_have_count(2)
    await expect(page.locator(".review-card .card-points").first).to_have_text("5/5")
    await expect(page.locator(".review-card .card-points").last).to_have_text("0/5")
    read = page.locator(".review-card").first.locator(".card-facts dd").first
    await expect(read.locator(".line")).to_have_text(["2x+3=7", "2x=4", "x=2"])
    await look(desk, axe, f"day-queue-{size}")
    await page.keyboard.press("Shift+A")
    await expect(page.locator("#review-state")).to_have_text("可发还")
    await page.keyboard.press("r")
    await expect(page.locator("#review-state")).to_contain_text("已发还")


async def it_came_back(page: Page) -> None:
    """The student is told where they are, and goes to the result."""
    await page.click(".toast a")
    await expect(page.locator("#points")).to_have_text("5")
    wrong = page.locator(".question.result").last
    await expect(wrong.locator(".figure .box")).to_be_visible()
    await expect(wrong.locator(".checked-by")).to_have_text("老师批改")


async def they_talk_about_it(desk: Page, page: Page) -> None:
    wrong, card = page.locator(".question.result").last, desk.locator(".review-card").last
    await wrong.locator("[data-do=appeal]").click()
    await wrong.locator(".appeal-box").fill(WHY)
    await wrong.locator(".appeal-form [type=submit]").click()
    await expect(card.locator(".appeal-messages")).to_contain_text(WHY)
    await card.locator("[name=appeal]").fill(ANSWER)
    await card.locator(".appeal [type=submit]").click()
    await expect(wrong.locator(".appeal-message").last).to_contain_text(ANSWER)
    await desk.locator(".review-card .card-title").last.click()
    await desk.keyboard.press("2")
    await expect(page.locator("#points")).to_have_text("7")
    await card.locator("[data-do=settle]").click()
    await expect(wrong.locator(".appeal-form")).to_be_hidden()


async def the_tutor_is_asked(pupil: Visitor) -> None:
    """A room about the question opens."""
    await pupil.page.locator(".question.result").last.locator("[data-do=ask]").click()
    await pupil.page.wait_for_url("**/chat/*")
    await pupil.live()
