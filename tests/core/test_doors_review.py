"""The doors at the edges of their life: no browser files, a server that goes down, a socket that has left."""

import aiohttp
import pytest
from aiohttp import web

from tests.conftest import Serve
from tests.core.a_door import a_door
from tests.factories import People, Refused, a_client_id
from tutor.app import make_app
from tutor.core.errors import Unauthenticated
from tutor.core.http import ERROR_PAGE
from tutor.core.pages import AssetsNotBuilt
from tutor.core.sockets import DOOR
from tutor.serve import running_app
from tutor.settings import Settings


async def test_an_error_page_that_cannot_be_shown_gives_way_to_the_plain_answer(settings: Settings) -> None:
    async def broken(_request: web.Request, _error: Exception) -> web.Response:
        raise AssetsNotBuilt(folder="dist", entry="manifest.json")

    app = make_app(settings)
    app[ERROR_PAGE] = broken  # type: ignore[misc]  # a function of this shape is an ErrorPage
    async with running_app(app, "127.0.0.1", 0) as served, aiohttp.ClientSession(served.address) as http:
        answer = await http.get("/nowhere", headers={"Accept": "text/html"})
        assert (answer.status, (await answer.json())["error"]["code"]) == (404, "not_found")
        assert "X-Request-ID" in answer.headers


async def test_a_server_that_goes_down_takes_no_more_commands(serve: Serve) -> None:
    going = await serve()
    async with People(going) as people:
        socket = await (await people.student()).connect()
        going.app[DOOR].open = False
        with pytest.raises(Refused, match="stopping"):
            await socket.ask("conversation.create", client_id=a_client_id())


async def test_a_socket_that_left_while_its_token_was_read_is_not_renewed() -> None:
    async with a_door() as stage:
        stage.lives["ming"] = 3600
        with pytest.raises(Unauthenticated):
            stage.door.renew("gone", await stage.authenticate("ming:student:en"))
