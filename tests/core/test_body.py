"""Bodies that come slowly are waited for, and bodies that stop coming are not."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.factories import Server
from tutor.core import body

LOGIN = "/api/v1/auth/login"
SIGN_IN = json.dumps({"username": "nobody-at-all", "password": "x" * 12}).encode()


async def in_pieces(pause_s: float, *, then_s: float = 0) -> AsyncIterator[bytes]:
    """A sign-in byte by byte; `then_s` is a pause before its last one."""
    for at, byte in enumerate(SIGN_IN):
        await asyncio.sleep(pause_s if at < len(SIGN_IN) - 1 else then_s)
        yield bytes([byte])


async def answer_to(server: Server, sent: AsyncIterator[bytes]) -> tuple[int, str]:
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(server.address) as http,
        http.post(LOGIN, data=sent, headers=headers) as response,
    ):
        return response.status, (await response.json())["error"]["code"]


async def test_a_slow_body_is_read_to_its_end(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PAUSE_S", 2.0)
    status, _ = await answer_to(server, in_pieces(0.05))
    assert status == 401


async def test_a_body_that_stops_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PAUSE_S", 0.2)
    assert await answer_to(server, in_pieces(0, then_s=1)) == (408, "too_slow")


async def test_a_body_that_never_ends_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "WHOLE_S", 0.2)
    assert await answer_to(server, in_pieces(0.02)) == (408, "too_slow")
