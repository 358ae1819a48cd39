"""A person in front of a browser: a context of their own, the usual things they do, and what went wrong meanwhile."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Locator,
    Page,
    Request,
    WebSocket,
    expect,
)

from tests.factories import Person, Server

SEVERE = {"serious", "critical"}
PHONE = {"viewport": {"width": 390, "height": 844}}
COMPLAINTS = re.compile(r"Content Security Policy|\berror\b", re.IGNORECASE)


class Visitor:
    """One context with one page to begin with; `page` is the one that the methods act on."""

    def __init__(self, server: Server, context: BrowserContext) -> None:
        self.server = server
        self.context = context
        self.problems: list[str] = []
        self.expected: list[str] = []
        self.frames: list[str] = []  # all that came on the sockets of the pages, as it came
        self.page: Page
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.problems.append(f"page error: {error.error}"))
        context.on("dialog", self._dismiss)
        context.on("request", self._watch)
        context.on("page", lambda page: page.on("websocket", self._record))

    async def start(self, person: Person | None, path: str, *, live: bool = True) -> None:
        if person is not None:
            answer = await self.context.request.post(
                "/api/v1/auth/login",
                data={"username": person.user["username"], "password": person.password},
                headers={"X-Tutor-Client": "web"},
            )
            assert answer.ok, await answer.text()
        self.page = await self.context.new_page()
        await self.page.goto(path)
        if person is not None and live:
            await self.live()

    def expect_complaints(self, *parts: str) -> None:
        """Messages of the console with one of these in them are no fault of the page."""
        self.expected += parts

    def check(self) -> None:
        """Fail on everything that pages complained of."""
        left = [problem for problem in self.problems if not any(part in problem for part in self.expected)]
        assert not left, "\n".join(left)

    # What people do

    async def live(self) -> None:
        """Wait for the connection."""
        await expect(self.page.locator("html[data-live]")).to_be_attached()

    async def ask(self, text: str) -> None:
        """Write something and send it with the button."""
        await self.page.fill("#box", text)
        await self.page.click("#send")

    @property
    def answers(self) -> Locator:
        return self.page.locator("article.answered")

    @property
    def said(self) -> Locator:
        return self.page.locator("article.said")

    async def answered(self, number: int = 0, state: str = "complete") -> Locator:
        """Wait for the end of the answer with this number."""
        answer = self.answers.nth(number)
        await expect(answer).to_have_attribute("data-state", state)
        return answer

    async def raw(self, answer: Locator) -> str:
        """The text of an answer, as its copy button gives it."""
        await self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await self.page.bring_to_front()
        await answer.locator("[data-do=copy]").click()
        await expect(answer.locator("[data-do=copy] use[href='#i-check']")).to_be_attached()
        text: str = await self.page.evaluate("() => navigator.clipboard.readText()")
        return text

    async def another(self, path: str) -> Page:
        """A second tab."""
        page = await self.context.new_page()
        await page.goto(path)
        await expect(page.locator("html[data-live]")).to_be_attached()
        return page

    @property
    def room(self) -> str:
        """The conversation in the address."""
        return urlsplit(self.page.url).path.rsplit("/", 1)[-1]

    # What goes wrong

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" or COMPLAINTS.search(message.text):
            self.problems.append(f"console: {message.text} {message.location}")

    async def _dismiss(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        try:
            await dialog.dismiss()
        except Error as error:
            self.problems.append(f"dialog: {error}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.server.address, "data:", "blob:")):
            self.problems.append(f"outbound request: {request.url}")

    def _record(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(str(frame)))


async def shown(answer: Locator) -> str:
    """The rendered answer, as markup."""
    markup: str = await answer.locator(".answer").inner_html()
    return markup


async def photograph(page: Page, name: str) -> None:
    """Keep a picture of the page, if somebody wants to look at them."""
    if folder := os.environ.get("TUTOR_TEST_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def fits(page: Page) -> bool:
    """Whether nothing of the page lies beside the screen, nor, where the page is as high as the screen, below it."""
    overflow: list[int] = await page.evaluate(
        """() => {
            const { scrollWidth, scrollHeight } = document.documentElement;
            const isFilled = getComputedStyle(document.body).overflowY === "hidden";
            return [scrollWidth - innerWidth, isFilled ? scrollHeight - innerHeight : 0];
        }"""
    )
    return max(overflow) <= 0


async def check(visitor: Visitor, axe: str) -> None:
    """Fail on what axe finds serious on the page."""
    await visitor.page.evaluate(axe)
    found = await visitor.page.evaluate("() => axe.run()")
    severe = [
        f"{each['id']} ({each['impact']}): {node['html'][:160]}"
        for each in found["violations"]
        if each["impact"] in SEVERE
        for node in each["nodes"]
    ]
    assert not severe, visitor.page.url + "\n" + "\n".join(severe)


async def look(visitor: Visitor, axe: str, name: str) -> None:
    """Keep a picture of the page, and fail when it is too wide or axe finds something serious."""
    await photograph(visitor.page, name)
    assert await fits(visitor.page), f"{visitor.page.url} is larger than the screen"
    await check(visitor, axe)
