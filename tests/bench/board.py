"""Fifty rooms stream, and a teacher's board of them stands in Chromium: what it receives, what it costs, what it shows.

`make bench-board` calls it. The same load runs twice on one server: first nobody watches, then she does. A class of
its own for each.
"""

import asyncio
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import orjson
import typer
import uvloop
from playwright.async_api import Browser, Page, expect

from tests.bench.boardreport import tables
from tests.bench.page import Usage, Watched
from tests.bench.plan import Result
from tests.bench.rounds import line, say
from tests.bench.runs import WARM_UP, measure, stage, teach
from tests.bench.scenarios import LESSON, Scenario
from tests.bench.students import hire
from tests.bench.subjects import HERE, OURS, SUBJECTS, Running, Stage
from tests.browser.chromium import launched
from tests.factories import PASSWORD, Person
from tests.live.speakers import sign_in
from tutor.settings import ROOT

BEGIN_S = 3.0  # the load generator needs to start; it goes on for as long after the watch
SHOW_MS = 30_000
ALL_CALM = """() => [...document.querySelectorAll("#tiles > li")].every(
    (tile) => ["offline", "waiting"].includes(tile.dataset.state))"""
SHOWN = """() => [...document.querySelectorAll("#tiles > li, #hands > li")].map((one) => [
    one.dataset.state ?? "hand",
    one.querySelector("a")?.getAttribute("href") ?? one.dataset.id,
    ...[".tile-name", ".tile-speaker", ".tile-line", ".hand-name", ".hand-line"].map(
        (part) => one.querySelector(part)?.textContent ?? ""),
    one.querySelector(".tile-hand")?.hidden ?? null,
])"""

Shown = list[list[str | bool | None]]


@dataclass(frozen=True, slots=True)
class Watch:
    """A lesson whose board was watched: what its students counted, what the page used, and what it showed at the end.

    `kept` is what a fresh page shows, which the server reads from its stores.
    """

    load: Result
    usage: Usage
    shown: Shown
    kept: Shown


async def watched(stage: Stage, server: Running, browser: Browser, scenario: Scenario) -> Watch:
    """The load on the server's students, who are a class, and a teacher's page with their tiles. Raises: RunFailed."""
    teacher = await a_class(stage, server)
    context = await browser.new_context(
        base_url=server.address, locale="zh-CN", viewport={"width": 1280, "height": 800}
    )
    signed_in = await context.request.post(
        "/api/v1/auth/login", data={"username": teacher, "password": PASSWORD}, headers={"X-Tutor-Client": "web"}
    )
    assert signed_in.ok, await signed_in.text()
    page = await context.new_page()
    page.set_default_timeout(SHOW_MS)
    eyes = Watched(await context.new_cdp_session(page))
    await eyes.begin()
    await look(page, scenario.rooms)
    running = asyncio.create_task(teach(stage, server, scenario))
    await asyncio.sleep(BEGIN_S + scenario.ramp_s + scenario.warm_s)
    usage = await eyes.watch(scenario.window_s - BEGIN_S)
    load = await running
    await page.wait_for_function(ALL_CALM)
    shown: Shown = await page.evaluate(SHOWN)
    await page.goto("about:blank")  # nobody watches the class: the server forgets what it has shown
    await look(page, scenario.rooms)
    kept: Shown = await page.evaluate(SHOWN)
    await context.close()
    return Watch(load, usage, shown, kept)


async def look(page: Page, tiles: int) -> None:
    """Open the board and wait until it is complete."""
    await page.goto("/teacher")
    await expect(page.locator("#tiles > li")).to_have_count(tiles, timeout=SHOW_MS)


async def a_class(stage: Stage, server: Running) -> str:
    """Put the server's students into a new class; its teacher's user name."""
    name = await hire(stage.settings)
    async with aiohttp.ClientSession(server.address) as http:
        teacher = await sign_in(server, http, name, PASSWORD)
        made = (await teacher.call("POST", "/classes", {"name": "七年级一班", "subject": "数学", "grade": 7}))["class"]
        for token in server.tokens:
            await Person(server, http, {}, token, "").call("POST", "/classes/join", {"code": made["code"]})
    return name


def share_out(server: Running, classes: int) -> list[Running]:
    """The same server to as many classes, each with students of its own."""
    size = len(server.tokens) // classes
    return [replace(server, tokens=server.tokens[at * size : (at + 1) * size]) for at in range(classes)]


async def bench() -> tuple[Result, Watch]:
    """The load without a teacher, then with one."""
    with TemporaryDirectory(prefix="wuhao-board-") as folder:
        async with stage(Path(folder), 2 * LESSON.rooms) as here, SUBJECTS[OURS].running(here) as server:
            await measure(here, server, WARM_UP)
            first, second = share_out(server, 2)
            await a_class(here, first)
            alone = await teach(here, first, LESSON)
            say(f"alone    {line(alone)}")
            async with launched() as browser:
                found = await watched(here, second, browser, LESSON)
            say(f"watched  {line(found.load)}")
            return alone, found


def main() -> None:
    """Measure, write build/board.json and the table that the README points to, and print it."""
    alone, found = uvloop.run(bench())
    file = ROOT / "build/board.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(orjson.dumps({"alone": asdict(alone), **asdict(found)}, option=orjson.OPT_INDENT_2))
    text = "\n".join([*tables(alone, found.load, found.usage, is_true=found.shown == found.kept), ""])
    (HERE / "board.md").write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    typer.run(main)
