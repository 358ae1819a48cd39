"""The official JavaScript client takes part in a lesson, with a lost connection in the middle."""

import asyncio
from asyncio.subprocess import PIPE
from pathlib import Path

import orjson
import pytest

from tests.conftest import Serve
from tests.factories import Json, Server, an_ai_service
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from web.build import Client, Node

pytestmark = pytest.mark.live

SCRIPT = Path(__file__).with_name("client.mjs")
QUESTION = "为什么 $x^2 \\ge 0$?"
LONGEST_S = 60.0


@pytest.fixture(scope="session")
def node() -> Node:
    """Node with the web client's packages beside it."""
    found = Node.find()
    assert found, "the tests need Node"
    Client().install(found)
    return found


async def lesson_of(node: Node, server: Server) -> Json:
    packages = Client().folder / "package.json"
    command = [*node.node, str(SCRIPT), str(packages), server.address, QUESTION]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=node.environment)
    async with asyncio.timeout(LONGEST_S):
        written, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    lesson: Json = orjson.loads(written)
    return lesson


async def test_a_javascript_client_reads_on_where_it_was_cut_off(node: Node, fake: FakeAI, serve: Serve) -> None:
    fake.default = Script(tokens=60, delay_s=0.03)
    lesson = await lesson_of(node, await serve(ai=an_ai_service(fake.base_url)))
    assert lesson["refusal"]["code"] == "unauthenticated"
    assert lesson["question"] == QUESTION
    assert 0 < lesson["before"] < 60
    assert lesson["missed"] is not None, "the reply was over before the client came back"
    assert lesson["repeated"] == []
    assert lesson["state"] == "complete"
    assert lesson["text"] == lesson["whole"] == fake.last.text == Script(tokens=60).text
    assert lesson["events"] == ["message.added", "message.added", "reply.started", "reply.finished"]
