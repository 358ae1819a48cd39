"""Health: alive, ready, degraded without Redis, unready without MongoDB, stopping: with stores that really stop."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp

from tests.conftest import Serve
from tests.core.raw import until
from tests.factories import People, Server, a_settings, start_server
from tutor.core.embedded import EmbeddedStores
from tutor.core.sockets import DOOR
from tutor.core.status import STATUS
from tutor.core.transport import TRANSPORT
from tutor.drain import say_goodbye
from tutor.serve import with_addresses


async def health(server: Server, which: str = "ready") -> tuple[int, Any]:
    async with aiohttp.ClientSession() as http, http.get(f"{server.address}/health/{which}") as response:
        return response.status, await response.json()


async def test_a_running_server_is_alive_and_ready(server: Server) -> None:
    assert await health(server, "live") == (200, {"status": "alive"})
    assert await health(server) == (200, {"status": "ready", "mongodb": True, "redis": True})


async def test_without_redis_the_server_is_degraded_but_takes_work(tmp_path: Path) -> None:
    wanted = a_settings(data_dir=tmp_path, redis={"timeout_s": 0.3})
    redis = EmbeddedStores(tmp_path / "redis", mongodb=False)
    async with EmbeddedStores(tmp_path / "mongodb", redis=False) as mongodb:
        complete = with_addresses(with_addresses(wanted, mongodb), await redis.start())
        async with start_server(complete) as own:
            assert (await health(own))[1]["status"] == "ready"
            await redis.stop()
            await until(lambda: not own.app[STATUS].now.redis)
            assert await health(own) == (200, {"status": "degraded", "mongodb": True, "redis": False})


async def test_without_mongodb_the_server_is_unready_but_alive(tmp_path: Path) -> None:
    wanted = a_settings(data_dir=tmp_path, mongodb={"timeout_ms": 300})
    mongodb = EmbeddedStores(tmp_path / "mongodb", redis=False)
    async with EmbeddedStores(tmp_path / "redis", mongodb=False) as redis:
        complete = with_addresses(with_addresses(wanted, redis), await mongodb.start())
        async with start_server(complete) as own:
            await mongodb.stop()
            await until(lambda: not own.app[STATUS].now.mongodb)
            assert await health(own) == (503, {"status": "unready", "mongodb": False, "redis": True})
            assert (await health(own, "live"))[0] == 200


async def test_a_stopping_server_says_so_and_goodbye(serve: Serve) -> None:
    own = await serve()
    async with People(own) as people:
        student = await people.student()
        socket = await student.connect()
        own.app[DOOR].open = False
        assert await health(own) == (503, {"status": "stopping", "mongodb": True, "redis": True})
        own.app[DOOR].open = True
        sockets = [socket, *[await student.connect() for _ in range(2)]]
        await asyncio.gather(say_goodbye(own.app), *(each.until_gone() for each in sockets))
        byes = [await each.until("bye") for each in sockets]
        assert [bye["code"] for bye in byes] == ["restart"] * 3
        assert len({bye["after_ms"] for bye in byes}) == 3
        assert all(0 <= bye["after_ms"] < 3000 for bye in byes)
        await until(lambda: not own.app[TRANSPORT].lines)
