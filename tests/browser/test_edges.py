"""Where one state of a page meets another: a right that is taken away, an answer that only others see, a focus whose
element is gone."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import photograph
from tests.conftest import Serve
from tests.factories import People, Server, a_client_id, an_ai_service
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def server(fake: FakeAI, serve: Serve) -> Server:
    return await serve(ai=an_ai_service(fake.base_url), sockets={"per_user": 20})


async def test_a_class_that_was_taken_from_a_teacher_leaves_her_desk(server: Server, visit: Visit) -> None:
    async with People(server) as people:
        teacher, _, class_id = await people.classroom()
        colleague = await people.teacher(display_name="李老师")
        await teacher.call("POST", f"/classes/{class_id}/teachers", {"username": colleague.user["username"]})
        desk = await visit(server, colleague, path="/teacher")
        await expect(desk.page.locator("#tiles > li")).to_have_count(1)
        await teacher.call("DELETE", f"/classes/{class_id}/teachers/{colleague.id}")
        await expect(desk.page.locator("#no-class")).to_be_visible()
        await expect(desk.page.locator("#tiles > li")).to_have_count(0)
        await expect(desk.page.locator(".toast")).to_contain_text("你已经不能查看这里了")
        await photograph(desk.page, "class-lost")


async def test_who_asks_while_an_answer_is_checked_keeps_the_text_and_a_guardian_sees_no_more_than_the_student(
    server: Server, visit: Visit, fake: FakeAI
) -> None:
    async with People(server) as people:
        teacher, [student], class_id = await people.classroom()
        parent = await people.guardian(teacher, class_id, student, display_name="小明的妈妈")
        pupil = await visit(server, student)
        await pupil.ask("2x + 3 = 11 怎么解？")
        await pupil.answered()
        socket = await teacher.connect()
        await socket.ask("conversation.open", conversation_id=pupil.room)
        await socket.ask("floor.set", conversation_id=pupil.room, state="approval")
        await expect(pupil.page.locator("#floor")).to_contain_text("先看一遍")
        fake.next(Script(tokens=3000, delay_s=0.02))
        await pupil.ask("那 3x = 9 呢？")
        await expect(pupil.answers.nth(1)).to_have_attribute("data-state", "checking")
        await pupil.ask("还有 4x = 8 呢？")
        await expect(pupil.page.locator("[data-client-id]")).to_contain_text("还有 4x = 8 呢？")
        await photograph(pupil.page, "asked-while-checked")
        home = await visit(server, parent, path=f"/family/rooms/{pupil.room}")
        await expect(home.answers.nth(1)).to_contain_text("老师正在查看")
        await expect(home.answers.nth(1).locator(".only-staff")).to_be_hidden()


async def test_what_is_held_in_one_room_is_not_held_in_the_next(server: Server, visit: Visit, fake: FakeAI) -> None:
    fake.default = Script(tokens=3000, delay_s=0.02)
    async with People(server) as people:
        teacher, [ming, hong], _ = await people.classroom(2)
    first, second = await visit(server, ming), await visit(server, hong)
    for pupil in (first, second):
        await pupil.ask("为什么？")
        await expect(pupil.answers).to_have_count(1)
    desk = await visit(server, teacher, path=f"/teacher/rooms/{first.room}")
    await desk.page.click("#hold")
    await expect(desk.page.locator("#release")).to_be_visible()
    await desk.page.click(f"#side-rooms a[data-id='{second.room}']")
    await expect(desk.page.locator("#hold")).to_be_visible()
    await expect(desk.page.locator("#release")).to_be_hidden()


async def test_the_focus_goes_on_when_its_element_is_gone(server: Server, visit: Visit) -> None:
    async with People(server) as people:
        teacher, [student], class_id = await people.classroom()
        desk = await teacher.connect()
        pupil = await visit(server, student)
        page = pupil.page
        await pupil.ask("为什么？")
        await pupil.answered()
        await page.click("#hand")
        await page.keyboard.press("Enter")
        await expect(page.locator("#hand-lower")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#hand")).to_be_focused()
        for text in ("带尺子", "带圆规"):
            await desk.ask("broadcast.send", class_id=class_id, text=text, client_id=a_client_id())
            await expect(page.locator(".broadcast").first).to_contain_text(text)
        await page.locator(".broadcast button").first.press("Enter")
        await expect(page.locator(".broadcast")).to_have_count(1)
        await expect(page.locator(".broadcast button")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#box")).to_be_focused()
