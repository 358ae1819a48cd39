"""The command line says in one sentence why it cannot go on, and leaves no traceback."""

import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from tutor import __main__ as command_line
from tutor.core.words import WordsBroken
from tutor.serve import PortUnusable, running_app
from tutor.settings import ROOT, SettingsInvalid, load


def said_by(tmp_path: Path, *arguments: str, **variables: str) -> str:
    environment = {"PATH": "/usr/bin:/bin", "TUTOR_ENV": "test", "TUTOR_DATA_DIR": str(tmp_path), **variables}
    done = subprocess.run(  # our own program
        [sys.executable, "-m", "tutor", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_a_mongodb_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nowhere = {"TUTOR_MONGODB_URL": f"mongodb://127.0.0.1:{port}", "TUTOR_REDIS_URL": f"redis://127.0.0.1:{port}"}
    said = said_by(tmp_path, "serve", **nowhere)
    assert said.startswith("tutor: MongoDB cannot be used: 127.0.0.1")
    assert "Topology" not in said


def test_a_teacher_who_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    assert said_by(tmp_path, "teacher", "x", "y", "z").startswith("tutor: username: ")


@pytest.mark.parametrize(
    ("variable", "value", "setting"),
    [
        ("TUTOR_ORIGINS", "https://a.example", "origins"),
        ("TUTOR_LOG", "loud", "log"),
        ("TUTOR_REDIS_URL", "localhost:6379", "redis.url"),
        ("TUTOR_MONGODB_URL", "localhost", "mongodb.url"),
        ("TUTOR_SECRET_KEY", "short", "secret_key"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, setting: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsInvalid) as refused:
        load()
    assert refused.value.facts["setting"] == setting


def test_broken_sentences_are_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_folder: Path) -> Callable[..., str]:
        raise WordsBroken(file="en.po", problem="there is no such file")

    def wrong() -> None:
        raise SettingsInvalid(setting="port", problem="no number")

    monkeypatch.setattr(command_line, "Words", broken)
    monkeypatch.setattr(command_line, "cli", wrong)
    with pytest.raises(SystemExit, match=r"tutor: The catalogue en\.po cannot be used: there is no such file\."):
        command_line.main()


async def test_an_address_that_is_not_ours_is_not_called_taken() -> None:
    with pytest.raises(PortUnusable):
        async with running_app(web.Application(), "203.0.113.5", 0):
            pass


async def test_a_start_that_fails_closes_what_was_opened() -> None:
    closed: list[str] = []

    async def store(_app: web.Application) -> AsyncIterator[None]:
        yield
        closed.append("store")

    async def failing(_app: web.Application) -> AsyncIterator[None]:
        if not closed:
            raise ValueError("no")
        yield

    app = web.Application()
    app.cleanup_ctx.extend([store, failing])
    with pytest.raises(ValueError, match="no"):
        async with running_app(app, "127.0.0.1", 0):
            pass
    assert closed == ["store"]
