"""What somebody is still writing survives whatever comes between: another room, a reload, a colleague, a lost line."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.conftest import Serve
from tests.factories import People, Server, an_ai_service
from tests.live.fake_ai import FakeAI

pytestmark = pytest.mark.timeout(120)

OWN = "先移项，再合并同类项。你试试看？"


@pytest.fixture
async def server(fake: FakeAI, serve: Serve) -> Server:
    return await serve(ai=an_ai_service(fake.base_url), sockets={"per_user": 20})


async def a_draft(server: Server, visit: Visit) -> tuple[Visitor, Visitor]:
    """A teacher before an answer that she checks, and her colleague before the same."""
    async with People(server) as people:
        teacher, [student], class_id = await people.classroom()
        colleague = await people.teacher(display_name="李老师")
        await teacher.call("POST", f"/classes/{class_id}/teachers", {"username": colleague.user["username"]})
    pupil = await visit(server, student)
    await pupil.ask("2x + 3 = 11 怎么解？")
    await pupil.answered()
    path = f"/teacher/rooms/{pupil.room}"
    desk, other = await visit(server, teacher, path=path), await visit(server, colleague, path=path)
    await desk.page.click("#check")
    await expect(pupil.page.locator("#floor")).to_contain_text("先看一遍")
    await pupil.ask("那 3x = 9 呢？")
    for one in (desk, other):
        await expect(one.answers.nth(1).locator(".draft")).to_be_visible()
    return desk, other


async def test_an_edited_draft_survives_a_reload_and_a_colleague_who_is_quicker(server: Server, visit: Visit) -> None:
    desk, other = await a_draft(server, visit)
    draft = desk.answers.nth(1)
    await draft.locator("[data-do=edit]").click()
    await draft.locator(".draft-text").fill(OWN)
    await desk.page.reload()
    await desk.live()
    await expect(draft.locator(".draft-text")).to_have_value(OWN)
    await other.answers.nth(1).locator("[data-do=send]").click()
    await expect(draft.locator(".draft")).to_have_count(0)
    await expect(desk.page.locator("#box")).to_have_value(OWN)
    await expect(desk.page.locator(".toast")).to_contain_text("你写的内容放在下面的输入框里")


async def test_a_draft_that_was_emptied_is_not_sent_as_the_tutor_wrote_it(server: Server, visit: Visit) -> None:
    desk, _ = await a_draft(server, visit)
    draft = desk.answers.nth(1)
    await draft.locator("[data-do=edit]").click()
    await draft.locator(".draft-text").fill("")
    await draft.locator("[data-do=send]").click()
    await expect(draft.locator(".draft-text")).to_be_focused()
    await draft.locator(".draft-text").fill(OWN)
    await draft.locator("[data-do=send]").click()
    await expect(draft.locator(".answer")).to_have_text(OWN)
    await expect(desk.page.locator("#box")).to_have_value("")


async def test_a_whisper_and_a_message_to_the_class_are_there_again(server: Server, visit: Visit) -> None:
    async with People(server) as people:
        teacher, [student], _ = await people.classroom()
        room = await student.converse(await student.connect())
    desk = await visit(server, teacher, path=f"/teacher/rooms/{room}")
    await desk.page.click("#whisper-open")
    await desk.page.fill("#whisper-box", "先不要说出第三步")
    await desk.page.click("#leave-room")
    await desk.page.click("#say > summary")
    await desk.page.fill(".broadcaster-box", "明天带尺子")
    await desk.page.click("#say > summary")
    await expect(desk.page.locator(".broadcaster")).to_have_count(0)
    await desk.page.reload()
    await desk.live()
    await desk.page.click("#say > summary")
    await expect(desk.page.locator(".broadcaster-box")).to_have_value("明天带尺子")
    await desk.page.goto(f"/teacher/rooms/{room}")
    await desk.page.click("#whisper-open")
    await expect(desk.page.locator("#whisper-box")).to_have_value("先不要说出第三步")
    await desk.page.locator("#whisper-box").press("Enter")
    await expect(desk.page.locator("#whisper-box")).to_have_value("")
    await desk.page.reload()
    await desk.page.click("#whisper-open")
    await expect(desk.page.locator("#whisper-box")).to_have_value("")
