"""One lesson, many windows: the student's tabs and the teacher's end with the same text and the same markup."""

import asyncio
import os
import random

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor, shown
from tests.conftest import Serve
from tests.factories import People, Server, an_ai_service
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script

pytestmark = pytest.mark.timeout(180)

REPLIES = 5
RELOADS = 10
TOKENS = 500


@pytest.fixture
async def server(fake: FakeAI, serve: Serve) -> Server:
    return await serve(ai=an_ai_service(fake.base_url), sockets={"per_user": 20})


async def look_in(desk: Visitor, room: str) -> None:
    """The teacher opens a room from her board."""
    await desk.page.locator(f"#tiles a[data-id='{room}']").click()
    await desk.page.wait_for_url(f"**/teacher/rooms/{room}")


async def test_student_tabs_and_teacher_end_with_one_text(server: Server, fake: FakeAI, visit: Visit) -> None:
    fake.default = Script(tokens=TOKENS, delay_s=0.002)
    async with People(server) as people:
        teacher, [student], _ = await people.classroom()
    desk, pupil = await visit(server, teacher, path="/teacher"), await visit(server, student)
    await pupil.ask("第一题")
    await expect(pupil.answers).to_have_count(1)
    await look_in(desk, pupil.room)
    second = await pupil.another(f"/chat/{pupil.room}")
    for number in range(REPLIES):
        if number:
            await pupil.ask(f"第 {number + 1} 题")
        await pupil.answered(number)
        texts = [fake.last.text]
        texts += [await pupil.raw(await pupil.answered(number)), await desk.raw(await desk.answered(number))]
        assert len(set(texts)) == 1, f"answer {number}"
        markups = {await shown_in(page, number) for page in (pupil.page, second, desk.page)}
        assert len(markups) == 1, f"answer {number}"


async def shown_in(page: Page, number: int) -> str:
    answer = page.locator("article.answered").nth(number)
    await expect(answer).to_have_attribute("data-state", "complete")
    return await shown(answer)


async def test_a_reload_in_the_middle_goes_on_where_the_answer_is(server: Server, fake: FakeAI, visit: Visit) -> None:
    seed = int(os.environ.get("TUTOR_TEST_SEED") or random.SystemRandom().randrange(2**32))
    print(f"\nseed {seed}")  # noqa: T201  # pytest shows it when the test fails
    chance = random.Random(seed)  # noqa: S311  # moments, no secrets
    fake.default = Script(tokens=TOKENS, delay_s=0.04)
    async with People(server) as people:
        pupil = await visit(server, await people.student())
    await pupil.ask("为什么?")
    await expect(pupil.answers).to_have_count(1)
    for _ in range(RELOADS):
        await asyncio.sleep(chance.uniform(0.05, 0.6))
        await pupil.page.reload()
        await expect(pupil.answers).to_have_count(1)
    assert fake.open == 1, "the answer was over before the last reload"
    reloaded = await pupil.raw(await pupil.answered())
    assert reloaded == fake.last.text == Script(tokens=TOKENS).text
    markup = await shown(pupil.answers)
    await pupil.page.reload()
    assert await shown(await pupil.answered()) == markup, "streamed and stored answers look different"


async def test_a_teacher_writes_into_the_room(server: Server, visit: Visit) -> None:
    async with People(server) as people:
        teacher, [student], _ = await people.classroom()
    desk, pupil = await visit(server, teacher, path="/teacher"), await visit(server, student)
    await pupil.ask("为什么?")
    await pupil.answered()
    await look_in(desk, pupil.room)
    await expect(pupil.page.locator("#present [data-role=teacher]")).to_contain_text("王老师")
    await desk.page.fill("#box", "再想一想 x 的符号")
    await desk.page.keyboard.press("Enter")
    note = pupil.said.last
    await expect(note.locator(".bubble")).to_have_text("再想一想 x 的符号")
    await expect(note.locator(".who")).to_contain_text("王老师")
    await expect(pupil.page.locator("#spoken")).to_contain_text("再想一想")
    assert await desk.page.locator("[data-do=retry], [data-do=up]").count() == 0, "a teacher only reads and copies"
