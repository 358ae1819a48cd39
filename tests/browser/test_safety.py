"""Hostile answers, and the accessibility checks of axe."""

from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor, check
from tests.conftest import Serve
from tests.factories import People, Server
from tutor.ai.model import Finish, Piece, Prompt, Usage

HOSTILE = r"""
<script>alert(1)</script> <img src=x onerror="alert(1)"> <svg onload=alert(1)>
<iframe src="javascript:alert(1)"></iframe>
<iframe srcdoc="<script>alert(1)</script>"></iframe> <object data="https://evil.example/a"></object>
<style>@import "https://evil.example/a.css"; body { background: url(https://evil.example/b.png) }</style>
<link rel="stylesheet" href="https://evil.example/c.css"> <meta http-equiv="refresh" content="0;url=https://evil.example/">
<base href="https://evil.example/">
<form action="https://evil.example/"><button autofocus onfocus=alert(1)>x</button></form>
<details open ontoggle=alert(1)>x</details> <video src="https://evil.example/v" onerror=alert(1)></video>

[one](javascript:alert(1)) [two](JaVaScRiPt&colon;alert(1)) [three](data:text/html,<script>alert(1)</script>)
![four](https://evil.example/pixel.png) ![five](x" onerror="alert(1)) <javascript:alert(1)>
[six](//evil.example "t" onclick=alert(1))
[seven]: https://evil.example/ref
![seven]

$\href{javascript:alert(1)}{x}$ $\url{javascript:alert(1)}$ $\includegraphics{https://evil.example/i.png}$
$\htmlData{onclick=alert(1)}{x}$ $\htmlStyle{background:url(https://evil.example/k)}{x}$
$\unicode{<img src=x onerror=alert(1)>}$
$$\def\x{\x\x}\x$$ $\text{<img src=x onerror=alert(1)>}$ $\rule{99999em}{99999em}$

```html"><img src=x onerror=alert(1)>
<script>alert(1)</script><img src=x onerror=alert(1)>
```

| <img src=x onerror=alert(1)> | `<script>alert(1)</script>` |
|---|---|
| <svg/onload=alert(1)> | [x](vbscript:alert(1)) |

&lt;img src=x onerror=alert(1)&gt; &#60;script&#62;alert(1)&#60;/script&#62; \<script>alert(1)\</script>

The end.
"""
ACTIVE = "script, iframe, object, embed, form, style, link, base, meta, img, video"
ALLOWED = {"http:", "https:", "mailto:"}


class Reciter:
    """A model that says one text, a few characters at a time."""

    provider = "recital"
    name = "recital-1"

    def __init__(self, text: str) -> None:
        self._text = text

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece | Finish, None]:  # noqa: ARG002  # one text for all
        for start in range(0, len(self._text), 7):
            yield Piece(self._text[start : start + 7])
        yield Finish("stop", self.provider, self.name, Usage())

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_hostile_answer_runs_nothing_and_asks_nobody(serve: Serve, visit: Visit) -> None:
    server = await serve(model=Reciter(HOSTILE))
    async with People(server) as people:
        teacher, [student], _ = await people.classroom()
    pupil = await visit(server, student)
    await pupil.ask("你好 <img src=x onerror=alert(1)>")
    address = pupil.page.url
    answer = await pupil.answered()
    await expect(answer).to_contain_text("The end.")
    desk = await visit(server, teacher, path=f"/teacher/rooms/{pupil.room}")
    await desk.answered()
    await pupil.page.reload()
    for visitor in (pupil, desk):
        await harmless(visitor)
    assert pupil.page.url.startswith(address.rsplit("/chat", 1)[0])


async def harmless(visitor: Visitor) -> None:
    """Nothing in the log may act: no such elements, handlers or addresses. Dialogs and requests fail every test."""
    answer = await visitor.answered()
    assert await answer.locator(ACTIVE).count() == 0
    found = await visitor.page.evaluate(
        """() => {
            const all = [...document.querySelectorAll('#messages *')];
            return {
                handlers: all.flatMap((each) => each.getAttributeNames().filter((name) => name.startsWith('on'))),
                schemes: all.filter((each) => each.href).map((each) => new URL(each.href, location).protocol),
            };
        }"""
    )
    assert found["handlers"] == []
    assert set(found["schemes"]) <= ALLOWED


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious(server: Server, visit: Visit, axe: str, scheme: str) -> None:
    async with People(server) as people:
        teacher, [student], _ = await people.classroom()
    stranger = await visit(server, path="/sign-in", color_scheme=scheme)
    await check(stranger, axe)
    await stranger.page.goto("/sign-up")
    await check(stranger, axe)
    pupil = await visit(server, student, color_scheme=scheme)
    await check(pupil, axe)
    await pupil.ask("解方程 x^2 - 5x + 6 = 0")
    await pupil.answered()
    await check(pupil, axe)
    desk = await visit(server, teacher, path="/teacher", color_scheme=scheme)
    await expect(desk.page.locator("#tiles [data-state=idle] a")).to_have_count(1)
    await check(desk, axe)
    await desk.page.goto(f"/teacher/rooms/{pupil.room}")
    await desk.answered()
    await check(desk, axe)
    await pupil.page.goto("/account")
    await expect(pupil.page.locator("#who")).not_to_be_empty()
    await check(pupil, axe)
