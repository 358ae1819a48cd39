"""Servers for the chat: one whose model is led by hand, one that speaks to a scripted AI service."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from tests.chat.factories import Puppet
from tests.conftest import Serve
from tests.factories import People, Server, start_server
from tests.live.fake_ai import FakeAI
from tutor.chat.context import RESCUE
from tutor.chat.rescue import Rescue
from tutor.settings import Settings

LEASE_S = 0.3
SWEEP = Rescue.sweep


@dataclass(frozen=True)
class Stage:
    """A server and the puppet behind it."""

    server: Server
    puppet: Puppet


@dataclass(frozen=True)
class Wired:
    """A server and the AI service that it asks."""

    server: Server
    ai: FakeAI


@pytest.fixture(scope="session")
async def stage(settings: Settings) -> AsyncIterator[Stage]:
    """Every piece is a part of its own, and is checkpointed soon."""
    puppet = Puppet()
    async with start_server(settings, model=puppet, chat={"part_ms": 0.001, "checkpoint_s": 0.1}) as server:
        puppet.follow(server)
        yield Stage(server, puppet)
        puppet.finish_all()


@pytest.fixture
def puppet(stage: Stage) -> Puppet:
    return stage.puppet


@pytest.fixture
def nobody_sweeps(puppet: Puppet, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every server of the tests is a node on the same stores: what it finds by itself it takes over too early, or with
    another model. Tests say when somebody looks, with `swept`. The puppet ends before the servers that wait for it.
    """

    async def see_to_nothing(_rescue: Rescue) -> None: ...

    monkeypatch.setattr(Rescue, "sweep", see_to_nothing)
    yield
    puppet.finish_all()


async def swept(server: Server, *, after_s: float = LEASE_S) -> None:
    """A node looks for dead ones, when their leases have run out."""
    await asyncio.sleep(after_s)
    await SWEEP(server.app[RESCUE])


@pytest.fixture
async def cast(stage: Stage) -> AsyncIterator[People]:
    """People of the puppet's server."""
    async with People(stage.server) as made:
        yield made


@pytest.fixture(scope="session")
async def wired(settings: Settings) -> AsyncIterator[Wired]:
    async with FakeAI() as ai:
        section = {
            "base_url": ai.base_url,
            "model": "fake-1",
            "provider": "fakery",
            "first_token_s": 0.8,
            "between_tokens_s": 0.3,
            "total_s": 5.0,
            "attempts": 2,
            "breaker_failures": 1000,
            "breaker_rejected_s": 0.001,
            "fallback_to_builtin": False,
        }
        async with start_server(settings, ai=section, chat={"part_ms": 1}) as server:
            yield Wired(server, ai)


@pytest.fixture
async def pupils(wired: Wired) -> AsyncIterator[People]:
    """People of the server with the AI service."""
    async with People(wired.server) as made:
        yield made
