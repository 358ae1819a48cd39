"""What a page says and does while something is away, and that nothing is lost meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor
from tests.conftest import Serve
from tests.factories import People, Server, an_ai_service
from tests.faults.proxy import Proxy
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tutor.core.sockets import DOOR
from tutor.settings import Settings

BUSY = Script(tokens=4000, delay_s=0.05)


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Proxy]:
    async with Proxy(Path(settings.redis.url.removeprefix("unix://"))) as proxy:
        yield proxy


@pytest.fixture
async def mongodb(settings: Settings) -> AsyncIterator[Proxy]:
    port = int(settings.mongodb.url.partition("127.0.0.1:")[2].partition("/")[0])
    async with Proxy(("127.0.0.1", port)) as proxy:
        yield proxy


async def a_student_at(server: Server, visit: Visit, **options: object) -> Visitor:
    async with People(server) as people:
        return await visit(server, await people.student(), **options)


async def notice(page: Page, kind: str | None) -> None:
    """Wait until the page's banner speaks of this, or until it is gone."""
    banner = page.locator("#room .banner")
    if kind is None:
        await expect(banner).to_be_hidden()
    else:
        await expect(banner).to_have_attribute("data-kind", kind)
        await expect(banner).to_be_visible()


async def test_a_cut_answer_goes_on_where_it_was_cut(fake: FakeAI, serve: Serve, visit: Visit) -> None:
    fake.next(Script("cut_after", n=20), Script(tokens=8))
    visitor = await a_student_at(await serve(ai=an_ai_service(fake.base_url)), visit)
    await visitor.ask("为什么?")
    cut = await visitor.answered(state="interrupted")
    await expect(cut.locator(".note")).to_be_visible()
    await cut.locator("[data-do=continue]").click()
    rest = await visitor.answered(1)
    await expect(rest).to_have_attribute("data-continues", "")
    await expect(visitor.page.locator("#spoken")).to_have_text("回答完了")
    await expect(cut.locator(".note")).to_be_hidden()
    await expect(visitor.page.locator("[data-do=continue] >> visible=true")).to_have_count(0)
    assert await visitor.raw(rest) == fake.last.text
    await expect(cut).to_have_attribute("data-length", str(len(fake.heard[0].text)))


async def test_a_stopped_answer_can_go_on_too(fake: FakeAI, serve: Serve, visit: Visit) -> None:
    fake.next(BUSY)
    visitor = await a_student_at(await serve(ai=an_ai_service(fake.base_url)), visit)
    await visitor.ask("为什么?")
    await expect(visitor.answers.locator(".answer")).not_to_be_empty()
    await visitor.page.click("#stop")
    stopped = await visitor.answered(state="stopped")
    await stopped.locator("[data-do=continue]").click()
    await visitor.answered(1)


async def test_without_redis_the_page_says_so_and_goes_on(redis: Proxy, serve: Serve, visit: Visit) -> None:
    visitor = await a_student_at(await serve(redis={"url": f"redis://127.0.0.1:{redis.port}"}), visit)
    await visitor.ask("解方程 2x + 3 = 7")
    await visitor.answered()
    await notice(visitor.page, None)
    redis.refuse()
    await notice(visitor.page, "redis")
    await visitor.ask("解方程 3x = 6")
    await visitor.answered(1)
    redis.refuse(refusing=False)
    await notice(visitor.page, None)


async def test_without_mongodb_a_question_is_kept_and_sent_once(mongodb: Proxy, serve: Serve, visit: Visit) -> None:
    url = f"mongodb://127.0.0.1:{mongodb.port}/?directConnection=true"
    server = await serve(mongodb={"url": url})
    async with People(server) as people:
        student = await people.student()
        visitor = await visit(server, student)
        await visitor.ask("解方程 2x + 3 = 7")
        await visitor.answered()
        mongodb.refuse()
        await notice(visitor.page, "mongodb")
        await visitor.ask("解方程 3x = 6")
        await expect(visitor.page.locator("[data-client-id] .note")).to_be_visible()
        await asyncio.sleep(1.0)  # long enough for a try that fails
        mongodb.refuse(refusing=False)
        await notice(visitor.page, None)
        await visitor.answered(1)
        await expect(visitor.page.locator("[data-client-id]")).to_have_count(0)
        listed = await student.call("GET", f"/conversations/{visitor.room}/messages")
    asked = [item["text"] for item in listed["items"] if item["author"]["kind"] == "student"]
    assert asked == ["解方程 2x + 3 = 7", "解方程 3x = 6"]


async def test_the_place_in_the_queue_is_shown_and_moves_up(fake: FakeAI, serve: Serve, visit: Visit) -> None:
    fake.default = BUSY
    server = await serve(ai=an_ai_service(fake.base_url), chat={"max_replies": 1})
    visitors = [await a_student_at(server, visit) for _ in range(3)]
    for number, visitor in enumerate(visitors):
        await visitor.ask("为什么?")
        if number:
            await expect(visitor.answers.locator(".waiting-text")).to_contain_text(f"第 {number} 个")
        else:
            await expect(visitor.answers.locator(".answer")).not_to_be_empty()
    await visitors[0].page.click("#stop")
    await expect(visitors[1].answers.locator(".answer")).not_to_be_empty()
    await expect(visitors[2].answers.locator(".waiting-text")).to_contain_text("第 1 个")
    await expect(visitors[2].page.locator("#spoken")).to_contain_text("第 1 个")
    for visitor in visitors[1:]:
        await visitor.page.click("#stop")


async def test_a_page_whose_place_was_taken_rests_until_it_is_wanted(server: Server, visit: Visit) -> None:
    async with People(server) as people:
        student = await people.student()
    visitor = await visit(server, student)
    page = visitor.page
    await visitor.ask("解方程 2x + 3 = 7")
    await visitor.answered()
    door = server.app[DOOR]
    for sid in [sid for sid, peer in door.peers.items() if peer.caller.id == student.id]:
        door.say_bye(sid, "replaced")
    await notice(page, "replaced")
    await asyncio.sleep(2.0)  # it would be back by now
    await expect(page.locator("html[data-live]")).to_have_count(0)
    await page.click("#room .banner button")
    await visitor.live()
    await notice(page, None)
    await visitor.ask("解方程 3x = 6")
    await visitor.answered(1)


async def test_nothing_can_be_sent_before_the_script_is_ready(server: Server, visit: Visit) -> None:
    visitor = await a_student_at(server, visit)
    page = visitor.page
    ready = asyncio.Event()

    async def late(route: Route) -> None:
        await ready.wait()
        await route.continue_()

    await page.route("**/chat-*.js", late)
    await page.goto("/chat", wait_until="commit")
    composer = page.locator("#composer")
    await expect(composer).to_have_js_property("inert", value=True)
    await expect(page.locator("#search")).to_have_js_property("inert", value=True)
    await page.mouse.click(*await middle_of(page, "#send"))
    ready.set()
    await expect(composer).to_have_js_property("inert", value=False)
    assert page.url == f"{server.address}/chat"


async def middle_of(page: Page, selector: str) -> tuple[float, float]:
    box = await page.locator(selector).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
