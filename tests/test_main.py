"""The command line as people use it: real processes, an own data folder, signals, and nothing left behind."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from tests.factories import WAIT_S, Server, a_client_id, a_registration, a_settings
from tutor.app import make_app
from tutor.core.embedded import EmbeddedStores
from tutor.serve import PortInUse, StoresMissing, running_app, stores_of_others
from tutor.settings import ROOT, Settings

READY = re.compile(r"is ready:\S*\s*(http://\S+)")
START_S = 60.0


def environment(folder: Path, **changes: str) -> dict[str, str]:
    given = {"TUTOR_ENV": "test", "TUTOR_DATA_DIR": str(folder), "TUTOR_PORT": "0", **changes}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "200", **given}


async def start(folder: Path, *arguments: str, **changes: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tutor", *arguments), env=environment(folder, **changes), stdout=pipe, stderr=pipe
    )


async def run(folder: Path, *arguments: str, **changes: str) -> tuple[int, str, str]:
    """Run a command to its end: its code, and what it wrote."""
    process = await start(folder, *arguments, **changes)
    async with asyncio.timeout(START_S):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def address_of(process: asyncio.subprocess.Process) -> tuple[str, str]:
    """Where a server says it is, and all that it said before."""
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(START_S):
        while (found := READY.search(said)) is None:
            line = await process.stdout.readline()
            assert line, said
            said += line.decode()
    return found[1], said


@asynccontextmanager
async def served(folder: Path, *arguments: str, **changes: str) -> AsyncIterator[tuple[str, str, list[psutil.Process]]]:
    """A server as a process: its address, what it said, and its children. It is stopped with Ctrl-C."""
    process = await start(folder, "serve", *arguments, **changes)
    try:
        address, said = await address_of(process)
        children = psutil.Process(process.pid).children(recursive=True)
        yield address, said, children
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
        gone, alive = psutil.wait_procs(children, timeout=5)
        assert alive == []
        assert len(gone) == len(children)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def get(url: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return response.status, await response.json()


async def sign_in(address: str, person: dict[str, str]) -> int:
    body = {"username": person["username"], "password": person["password"]}
    async with aiohttp.ClientSession() as http, http.post(f"{address}/api/v1/auth/login", json=body) as response:
        return response.status


async def profile(address: str, username: str, password: str) -> dict[str, Any]:
    """Who somebody is after signing in."""
    body = {"username": username, "password": password}
    async with aiohttp.ClientSession() as http, http.post(f"{address}/api/v1/auth/login", json=body) as response:
        user: dict[str, Any] = (await response.json())["user"]
        return user


async def test_a_server_starts_serves_and_ends_without_leaving_a_child(tmp_path: Path) -> None:
    async with served(tmp_path) as (address, _, children):
        assert (await get(f"{address}/health/ready"))[1]["status"] == "ready"
        assert len(children) >= 2


async def test_a_second_server_on_the_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    async with EmbeddedStores(tmp_path):
        code, _, err = await run(tmp_path, "serve")
    assert code == 1
    assert str(tmp_path) in err
    assert len(err.strip().splitlines()) == 1


async def test_a_second_server_on_the_port_is_refused(server: Server, settings: Settings) -> None:
    with pytest.raises(PortInUse) as refused:
        async with running_app(make_app(settings), "127.0.0.1", server.port):
            pass
    assert refused.value.facts == {"host": "127.0.0.1", "port": server.port}


async def test_a_worker_without_a_server_says_what_it_needs(tmp_path: Path) -> None:
    for given in ({}, {"TUTOR_MONGODB_URL": "mongodb://127.0.0.1:1"}):
        code, _, err = await run(tmp_path, "worker", **given)
        assert code == 1
        assert str(tmp_path) in err
        assert len(err.strip().splitlines()) == 1
    with pytest.raises(StoresMissing):
        stores_of_others(a_settings(data_dir=tmp_path))


async def test_a_worker_joins_the_server_on_its_folder_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    async with served(tmp_path):
        worker = await start(tmp_path, "worker", "--graders", "2")
        assert worker.stdout is not None
        async with asyncio.timeout(START_S):
            assert b"ready" in await worker.stdout.readline()
        worker.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await worker.wait() == 0


async def test_a_worker_grades_what_was_handed_in_to_a_server_that_does_not(tmp_path: Path) -> None:
    async with served(tmp_path, TUTOR_HOMEWORK_GRADERS="0") as (address, _, _):
        async with aiohttp.ClientSession(f"{address}") as http:
            async with http.post("/api/v1/auth/register", json=a_registration()) as response:
                token = (await response.json())["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            work = {"client_id": a_client_id(), "text": "1. 1+1=2  2. 2x=6, x=3", "subject": "math", "grade": 7}
            async with http.post("/api/v1/submissions", json=work, headers=headers) as response:
                path = f"/api/v1/submissions/{(await response.json())['submission']['id']}"
            worker = await start(tmp_path, "worker")
            async with asyncio.timeout(START_S):
                state = "pending"
                while state in {"pending", "grading"}:
                    await asyncio.sleep(0.1)
                    async with http.get(path, headers=headers) as response:
                        state = (await response.json())["submission"]["state"]
        assert state in {"graded", "needs_teacher"}
        worker.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await worker.wait() == 0


async def test_demo_accounts_are_made_beside_a_running_server_and_renewed(tmp_path: Path) -> None:
    async with served(tmp_path, "--demo") as (address, said, _):
        assert "demo.wang" in said
        code, out, err = await run(tmp_path, "demo", "--json")
        assert code == 0, err
        first = json.loads(out)
        assert [person["role"] for person in first["people"]] == [
            "teacher", "student", "student", "student", "admin", "guardian",
        ]  # fmt: skip
        assert [await sign_in(address, person) for person in first["people"]] == [200] * 6
        second = json.loads((await run(tmp_path, "demo", "--json"))[1])
        assert second["class_code"] == first["class_code"]
        assert await sign_in(address, first["people"][0]) == 401
        assert await sign_in(address, second["people"][0]) == 200


async def test_demo_accounts_are_made_without_a_server_and_are_there_when_it_starts(tmp_path: Path) -> None:
    code, out, err = await run(tmp_path, "demo", "--json")
    assert code == 0, err
    person = json.loads(out)["people"][0]
    async with served(tmp_path, "--demo") as (address, said, _):
        assert "are there already" in said
        assert await sign_in(address, person) == 200


async def test_a_backup_is_restored_into_an_empty_folder_and_no_other(tmp_path: Path) -> None:
    archive = tmp_path / "school.jsonl.gz"
    async with served(tmp_path / "one", "--demo"):
        code, out, err = await run(tmp_path / "one", "backup", str(archive))
        assert code == 0, err
    (count,) = re.findall(r"(\d+) documents", out)
    code, out, err = await run(tmp_path / "two", "restore", str(archive))
    assert (code, out) == (0, f"{count} documents restored\n"), err
    assert int(count) >= 8
    code, _, err = await run(tmp_path / "two", "restore", str(archive))
    assert code == 1
    assert len(err.strip().splitlines()) == 1


async def test_a_teacher_is_made_with_a_password_that_is_shown_once(tmp_path: Path) -> None:
    teacher = ("teacher", "li.laoshi", "li@example.com", "李老师")
    async with served(tmp_path) as (address, _, _):
        code, out, err = await run(tmp_path, *teacher)
        assert code == 0, err
        name, _, password = out.strip().partition(": ")
        code, _, err = await run(tmp_path, *teacher)
        assert code == 1
        assert err.startswith("tutor: ")
        assert await sign_in(address, {"username": name, "password": password}) == 200


async def test_a_school_its_people_and_the_operator_are_made_on_the_command_line(tmp_path: Path) -> None:
    async with served(tmp_path) as (address, _, _):
        code, out, err = await run(tmp_path, "school", "实验 [中] 学")
        assert code == 0, err
        school = out.strip()
        assert (await run(tmp_path, "schools"))[1] == f"{school} 实验 [中] 学\n"
        people = {
            "admin": ("admin", school, "zhao.xiaozhang", "zhao@example.com", "赵校长"),
            "teacher": ("teacher", "qian.laoshi", "qian@example.com", "钱老师", "--school", school),
            "operator": ("operator", "sun.yunwei", "sun@example.com", "孙"),
        }
        for role, arguments in people.items():
            code, out, err = await run(tmp_path, *arguments)
            assert code == 0, err
            name, _, password = out.strip().partition(": ")
            user = await profile(address, name, password)
            assert (user["role"], user["school_id"]) == (role, None if role == "operator" else school)


@pytest.mark.parametrize(
    "arguments",
    [
        ("admin", "0" * 24, "zhao.xiaozhang", "zhao@example.com", "赵校长"),
        ("teacher", "qian.laoshi", "qian@example.com", "钱老师", "--school", "x"),
        ("teacher", "qian.laoshi", "no address", "钱老师"),
        ("school", ""),
    ],
    ids=str,
)
async def test_what_cannot_be_made_is_said_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, out, err = await run(tmp_path, *arguments)
    assert (code, out) == (1, "")
    assert err.startswith("tutor: ")
    assert len(err.strip().splitlines()) == 1


async def test_a_killed_server_leaves_no_child_and_its_data_comes_back(tmp_path: Path) -> None:
    process = await start(tmp_path, "serve", "--demo")
    await address_of(process)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    await process.wait()
    assert psutil.wait_procs(children, timeout=WAIT_S)[1] == []
    async with served(tmp_path, "--demo") as (_, said, _):
        assert "are there already" in said


async def test_demo_accounts_are_not_for_production(tmp_path: Path) -> None:
    safe = {"TUTOR_ENV": "production", "TUTOR_SECRET_KEY": "5f" * 32, "TUTOR_PUBLIC_URL": "https://school.example"}
    code, out, err = await run(tmp_path, "demo", **safe)
    assert (code, out) == (1, "")
    assert "production" in err


@pytest.mark.parametrize("arguments", [("fly",), ("serve", "--wings"), ("backup",)])
async def test_a_command_that_does_not_exist_is_refused_with_help(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, _, err = await run(tmp_path, *arguments)
    assert code == 2
    assert "Usage" in err
