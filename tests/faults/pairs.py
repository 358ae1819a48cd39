"""Two nodes on one pair of stores, in this process, with a model that the test leads by hand."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.chat.factories import Asked, Puppet, Room, a_room, asked
from tests.factories import Json, People, Person, Server, start_server
from tests.faults.tabs import Tab
from tutor.settings import Settings

CHAT: Json = {"part_ms": 0.001, "max_replies": 500, "max_replies_per_student": 500}
REDIS: Json = {"timeout_s": 5.0}  # a busy machine is not the fault under test
SOCKETS: Json = {"per_user": 500, "events_per_s": 10_000.0, "events_burst": 10_000}


@dataclass(frozen=True, repr=False)
class Pair:
    """Two nodes, `nodes[0]` being where `people` sign up and ask."""

    nodes: tuple[Server, Server]
    puppet: Puppet
    people: People

    async def ask(self, room: Room | None = None, student: Person | None = None) -> Asked:
        """A fresh question in a room."""
        return await asked(self.puppet, room or await a_room(self.people, student))

    async def tab(self, ask: Asked, node: int = 0, person: Person | None = None) -> Tab:
        """A tab that has the room of a question open."""
        tab = Tab(person or ask.room.student, ask.room.id)
        await tab.open(self.nodes[node])
        return tab

    def asked_again(self, ask: Asked) -> bool:
        """Whether the model was asked the same question a second time."""
        return len(self.puppet._lines[ask.question]) > 1


@asynccontextmanager
async def a_pair(settings: Settings, **changes: Json) -> AsyncIterator[Pair]:
    """Two nodes; every piece that the puppet says is a part of its own. Keywords change sections of the settings.

    Their database is their own: servers of other tests on the same one would take replies over, with another model.
    """
    puppet = Puppet()
    sections: dict[str, Any] = {
        "mongodb": {"database": f"pair-{uuid.uuid4().hex}"},
        "chat": CHAT | changes.pop("chat", {}),
        "sockets": SOCKETS | changes.pop("sockets", {}),
        **changes,
    }
    async with (
        start_server(settings, model=puppet, **sections) as one,
        start_server(settings, model=puppet, **sections) as other,
        People(one) as people,
    ):
        puppet.follow(one)
        puppet.follow(other)
        yield Pair((one, other), puppet, people)
        puppet.finish_all()
