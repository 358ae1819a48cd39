"""The live board in a browser: tiles in every state, hands, a flag, on a phone, and fifty of them at little cost."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import CDPSession, Locator, Page, expect

from tests.board.factories import NOW
from tests.browser.conftest import SIZES, Visit
from tests.browser.visitor import Visitor, fits, photograph
from tests.conftest import Serve
from tests.factories import People, Server, a_client_id, an_ai_service
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tutor.board.messages import TilesChanged, TileView
from tutor.board.models import TileState
from tutor.chat.places import class_room_of
from tutor.core.rooms import ROOMS

STATES: tuple[TileState, ...] = ("idle", "writing", "answering", "waiting", "stuck", "flagged", "offline")
STUDENTS = 50
ROUNDS = 8


@pytest.fixture
async def server(fake: FakeAI, serve: Serve) -> Server:
    return await serve(ai=an_ai_service(fake.base_url))


def tile(page: Page, room: str) -> Locator:
    return page.locator("#tiles > li").filter(has=page.locator(f"a[data-id='{room}']"))


async def names(page: Page) -> list[str]:
    found: list[str] = await page.locator("#tiles .tile-name").all_text_contents()
    return found


async def test_a_tile_follows_its_student(server: Server, fake: FakeAI, visit: Visit) -> None:
    fake.default = Script(tokens=100, delay_s=0.04)
    async with People(server) as people:
        teacher, [student], _ = await people.classroom()
    desk, pupil = await visit(server, teacher, path="/teacher"), await visit(server, student)
    await expect(desk.page.locator("#tiles > li")).to_have_attribute("data-state", "offline")
    await pupil.ask("为什么要移项？")
    shown = tile(desk.page, await room_of(pupil))
    await expect(shown).to_have_attribute("data-state", "answering")
    await expect(shown).to_contain_text("正在回答")
    await expect(shown).to_contain_text("为什么要移项？")
    await pupil.answered()
    await expect(shown).to_have_attribute("data-state", "idle")
    await expect(desk.page.locator("#live-count")).to_have_text("1/1")
    await pupil.page.goto("/account")
    await expect(shown).to_have_attribute("data-state", "offline")


async def room_of(pupil: Visitor) -> str:
    await pupil.page.wait_for_url("**/chat/*")
    return pupil.room


@SIZES
async def test_hands_are_claimed_and_done_and_flags_cleared(
    server: Server, visit: Visit, options: dict[str, Any]
) -> None:
    async with People(server) as people:
        teacher, [ming, hong], _ = await people.classroom(2)
        rooms = []
        for student, line in ((ming, "第三步看不懂"), (hong, None)):
            socket = await student.connect()
            rooms.append(await student.converse(socket))
            await socket.ask("hand.raise", conversation_id=rooms[-1], line=line)
        desk = await visit(server, teacher, path="/teacher", **options)
        page = desk.page
        await expect(page.locator("#hands > li")).to_have_count(2)
        await expect(page.locator("#hands > li").first).to_contain_text("第三步看不懂")
        await expect(tile(page, rooms[0])).to_have_attribute("data-state", "waiting")
        await photograph(page, f"board-hands-{len(options)}")
        assert await fits(page)
        await page.locator("#hands > li").first.locator("[data-do=go]").click()
        await page.wait_for_url(f"**/teacher/rooms/{rooms[0]}")
        await page.click("#leave-room")
        await page.locator("#hands > li").first.locator("[data-do=end]").click()
        await expect(page.locator("#hands > li")).to_have_count(1)
        await expect(tile(page, rooms[0])).to_have_attribute("data-state", "idle")
        await ming.sockets[0].ask("message.send", conversation_id=rooms[0], client_id=a_client_id(), text="我不想活了")
        await expect(tile(page, rooms[0])).to_have_attribute("data-state", "flagged")
        await tile(page, rooms[0]).locator("[data-do=clear]").click()
        await expect(tile(page, rooms[0])).not_to_have_attribute("data-state", "flagged")


def a_tile(number: int, state: TileState) -> TileView:
    need = {"flagged": 60, "waiting": 50, "stuck": 40, "offline": 0}.get(state, 10)
    return TileView(
        student_id=f"{number:024x}",
        name=f"学生{number:02}",
        conversation_id=f"{number + 1000:024x}",
        title="一元一次方程",
        state=state,
        since=NOW,
        preview=f"把 {number} 移到等号的右边，为什么要变号呢？请再讲一遍。",
        said_by="student",
        hand=NOW if state == "waiting" else None,
        floor="tutor",
        need=need,
    )


async def news(server: Server, class_id: str, tiles: list[TileView]) -> None:
    server.app[ROOMS].send(class_room_of(class_id), TilesChanged(class_id=class_id, tiles=tiles, gone=[]))


@SIZES
async def test_those_who_need_somebody_come_first_and_only_they_move(
    server: Server, visit: Visit, options: dict[str, Any]
) -> None:
    async with People(server) as people:
        teacher, _, class_id = await people.classroom(0)
    desk = await visit(server, teacher, path="/teacher", **options)
    await expect(desk.page.locator("#tiles-empty")).to_be_visible()
    await news(server, class_id, [a_tile(number, STATES[number % 7]) for number in range(14)])
    await expect(desk.page.locator("#tiles > li")).to_have_count(14)
    order = await names(desk.page)
    assert order[:6] == [f"学生{number:02}" for number in (5, 12, 3, 10, 4, 11)]
    assert order[-2:] == ["学生06", "学生13"]
    await photograph(desk.page, f"board-states-{len(options)}")
    await desk.page.evaluate("() => { for (const li of document.querySelectorAll('#tiles > li')) li.mark = true; }")
    await news(server, class_id, [a_tile(13, "flagged")])
    await expect(desk.page.locator("#tiles .tile-name").nth(2)).to_have_text("学生13")
    assert await desk.page.evaluate("() => [...document.querySelectorAll('#tiles > li')].every((li) => li.mark)")


async def busy_s(session: CDPSession) -> float:
    """Seconds of the page's main thread that were spent so far: scripts, style, layout and all other tasks."""
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


async def test_fifty_tiles_that_change_every_second_cost_little(server: Server, visit: Visit) -> None:
    async with People(server) as people:
        teacher, _, class_id = await people.classroom(0)
    desk = await visit(server, teacher, path="/teacher")
    await expect(desk.page.locator("#tiles-empty")).to_be_visible()
    session = await desk.context.new_cdp_session(desk.page)
    await session.send("Performance.enable")
    await news(server, class_id, [a_tile(number, "idle") for number in range(STUDENTS)])
    await expect(desk.page.locator("#tiles > li")).to_have_count(STUDENTS)
    loop = asyncio.get_running_loop()
    began, before = loop.time(), await busy_s(session)
    for number in range(ROUNDS):
        await news(server, class_id, [a_tile(one, STATES[(one + number) % 7]) for one in range(STUDENTS)])
        await asyncio.sleep(1)  # the pace of the server; nothing is waited for
    share = (await busy_s(session) - before) / (loop.time() - began)
    print(f"\nboard: {share:.1%} of a core")  # noqa: T201  # pytest shows it when the test fails
    assert share <= 0.10
