"""Servers for the chat: one whose model is led by hand, one that speaks to a scripted AI service."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from tests.chat.factories import Puppet
from tests.factories import People, Server, start_server
from tests.live.fake_ai import FakeAI
from tutor.chat.guarded import Guarded
from tutor.chat.rescue import Rescue
from tutor.settings import Settings


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
def only_puppets_rescue(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Other tests' servers are nodes on the same stores too: they would take replies over, with another model."""
    sweep = Rescue.sweep

    async def sweep_with_the_puppet(rescue: Rescue) -> None:
        model = rescue._replies._model
        if isinstance(model, Guarded) and model._model is puppet:
            await sweep(rescue)

    monkeypatch.setattr(Rescue, "sweep", sweep_with_the_puppet)
    yield
    puppet.finish_all()


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
