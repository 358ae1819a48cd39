"""What a student does all day: ask, read, stop, ask again, rate, and keep her conversations in order."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor, fits
from tests.conftest import Serve
from tests.factories import People, Person, Server, an_ai_service
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tutor.core.sockets import DOOR
from tutor.core.transport import TRANSPORT

OFFLINE = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED")


@pytest.fixture
async def student(people: People) -> Person:
    return await people.student()


async def test_an_answer_streams_in_with_set_formulas(server: Server, visit: Visit, student: Person) -> None:
    visitor = await visit(server, student)
    await visitor.ask("解方程 x^2 - 5x + 6 = 0")
    await expect(visitor.said).to_contain_text("x^2 - 5x + 6")
    answer = await visitor.answered()
    assert await answer.locator(".answer .katex").count() > 0
    assert await answer.locator(".answer .math-pending, .answer .katex-error").count() == 0
    assert "$" in await visitor.raw(answer)
    await expect(visitor.page.locator("#list .item")).to_have_count(1)


async def test_text_grows_while_the_tutor_writes(fake: FakeAI, serve: Serve, visit: Visit) -> None:
    fake.default = Script(tokens=60, delay_s=0.03)
    visitor = await a_student_at(await serve(ai=an_ai_service(fake.base_url)), visit)
    await visitor.ask("为什么?")
    lengths = {await grown(visitor, length) for length in (20, 60, 120)}
    assert len(lengths) == 3
    assert await visitor.raw(await visitor.answered()) == fake.last.text


async def grown(visitor: Visitor, length: int) -> int:
    """Wait until the answer has so many characters, and return how many it has."""
    reached = await visitor.page.wait_for_function(
        "(least) => { const all = document.querySelector('article.answered')?.dataset.length ?? 0;"
        " return Number(all) >= least ? Number(all) : null }",
        arg=length,
    )
    return int(await reached.json_value())


async def a_student_at(server: Server, visit: Visit) -> Visitor:
    async with People(server) as people:
        return await visit(server, await people.student())


async def test_an_answer_is_stopped_asked_for_again_and_rated(fake: FakeAI, serve: Serve, visit: Visit) -> None:
    fake.next(Script(tokens=2000, delay_s=0.02))
    visitor = await a_student_at(await serve(ai=an_ai_service(fake.base_url)), visit)
    page = visitor.page
    await visitor.ask("数到一千")
    await grown(visitor, 20)
    await page.click("#stop")
    stopped = await visitor.answered(state="stopped")
    await expect(stopped.locator(".note")).to_be_visible()
    await stopped.locator("[data-do=retry]").click()
    answer = await visitor.answered(1)
    await answer.locator("[data-do=up]").click()
    await expect(answer.locator("[data-do=up]")).to_have_attribute("aria-pressed", "true")
    await page.reload()
    await visitor.live()
    await expect((await visitor.answered(1)).locator("[data-do=up]")).to_have_attribute("aria-pressed", "true")
    assert await visitor.raw(await visitor.answered(1)) == fake.last.text


async def test_conversations_are_renamed_archived_deleted_and_found(
    server: Server, visit: Visit, student: Person
) -> None:
    visitor = await visit(server, student)
    page, items = visitor.page, visitor.page.locator("#list .item")
    await visitor.ask("解方程 2x + 3 = 7")
    await visitor.answered()
    await items.locator(".item-more").click()
    await page.click("#menu [data-do=rename]")
    await page.fill("#new-title", "一元一次方程")
    await page.click("#rename-dialog button[type=submit]")
    await expect(items.locator(".item-title")).to_have_text("一元一次方程")
    await expect(page.locator("#title")).to_have_text("一元一次方程")

    await page.fill("#q", "2x + 3")
    await expect(items.locator("mark")).to_have_text("2x + 3")
    await page.fill("#q", "三角形")
    await expect(page.locator("#list-empty")).to_be_visible()
    await page.fill("#q", "")

    await items.locator(".item-more").click()
    await page.click("#menu [data-do=archive]")
    await expect(items).to_have_count(0)
    await page.click("#archived")
    await expect(items).to_have_count(1)
    await items.locator(".item-more").click()
    await page.click("#menu [data-do=archive]")
    await page.click("#archived")
    await expect(items).to_have_count(1)

    await items.locator(".item-more").click()
    await page.click("#menu [data-do=delete]")
    await expect(items).to_have_count(0)
    await expect(page.locator("#welcome")).to_be_visible()
    await page.locator(".toast button.small").last.click()
    await expect(items).to_have_count(1)


async def test_two_tabs_show_the_same_room(server: Server, visit: Visit, student: Person) -> None:
    visitor = await visit(server, student)
    await visitor.ask("解方程 2x + 3 = 7")
    await visitor.answered()
    second = await visitor.another(f"/chat/{visitor.room}")
    await expect(second.locator("article.answered")).to_have_count(1)
    await second.fill("#box", "解方程 3x = 6")
    await second.keyboard.press("Enter")
    await visitor.answered(1)
    await expect(second.locator("article.answered").nth(1)).to_have_attribute("data-state", "complete")
    first = await visitor.page.locator("#messages .answer").all_inner_texts()
    assert await second.locator("#messages .answer").all_inner_texts() == first


async def test_a_question_written_offline_is_sent_once_when_the_network_is_back(
    server: Server, visit: Visit, student: Person
) -> None:
    visitor = await visit(server, student)
    visitor.expect_complaints(*OFFLINE, "WebSocket connection to")
    await visitor.ask("解方程 2x + 3 = 7")
    await visitor.answered()
    await visitor.context.set_offline(offline=True)
    cut_the_line(server, student)
    await expect(visitor.page.locator("html[data-live]")).to_have_count(0)
    await visitor.ask("解方程 3x = 6")
    await expect(visitor.page.locator("[data-client-id] .note")).to_be_visible()
    await visitor.context.set_offline(offline=False)
    await visitor.answered(1)
    await expect(visitor.page.locator("[data-client-id]")).to_have_count(0)
    listed = await student.call("GET", f"/conversations/{visitor.room}/messages")
    asked = [item["text"] for item in listed["items"] if item["author"]["kind"] == "student"]
    assert asked == ["解方程 2x + 3 = 7", "解方程 3x = 6"]


def cut_the_line(server: Server, person: Person) -> None:
    """What a network that went away does to sockets, sooner or later."""
    for sid, peer in list(server.app[DOOR].peers.items()):
        if peer.caller.id == person.id:
            server.app[TRANSPORT].lines[sid].cut()


async def test_everything_can_be_done_with_the_keyboard(server: Server, visit: Visit, student: Person) -> None:
    visitor = await visit(server, student)
    page, keyboard = visitor.page, visitor.page.keyboard
    await expect(page.locator("#box")).to_be_focused()
    await keyboard.type("解方程")
    await keyboard.press("Shift+Enter")
    await keyboard.type("2x + 3 = 7")
    await keyboard.press("Enter")
    answer = await visitor.answered()
    await expect(page.locator("#box")).to_be_focused()
    for _ in range(30):
        if await answer.locator("[data-do=up]").evaluate("(button) => button === document.activeElement"):
            break
        await keyboard.press("Shift+Tab")
    await keyboard.press("Enter")
    await expect(answer.locator("[data-do=up]")).to_have_attribute("aria-pressed", "true")
    assert await page.locator(":focus-visible").count() == 1


async def test_nothing_scrolls_sideways_on_a_phone(server: Server, visit: Visit, student: Person) -> None:
    visitor = await visit(server, student, viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    page = visitor.page
    assert await fits(page)
    await visitor.ask("分解因式 x^4 - 5x^2 + 4, 并解方程组 {x+y=3, x-y=1}。" + "长" * 120)
    await expect(visitor.answers).to_have_attribute("data-state", "complete")
    assert await fits(page)
    await page.click("[data-drawer=open] >> visible=true")
    await expect(page.locator("#list .item")).to_be_visible()
    assert await fits(page)
    for path in ("/account", "/sign-in", "/sign-up"):
        await page.goto(path)
        assert await fits(page)
