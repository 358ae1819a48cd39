"""The logs: readable by people and machines, and never with what a child wrote or a secret."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from tests.conftest import Serve
from tests.factories import PASSWORD, People, Refused, a_client_id
from tutor.core.logs import SECRET_KEYS, hide_secrets, set_up_logs

QUESTION = "zebrafish 2x+3=7 斑马鱼"


@pytest.fixture
def restored() -> Iterator[None]:
    """Put the tests' own log set-up back."""
    yield
    set_up_logs("WARNING", as_json=True)


def test_values_under_telling_keys_are_hidden() -> None:
    entry: Any = dict.fromkeys(SECRET_KEYS, "swordfish") | {"event": "x", "user": "1"}
    hidden = hide_secrets(None, "info", entry)
    assert "swordfish" not in str(hidden)
    assert (hidden["event"], hidden["user"]) == ("x", "1")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_is_written_without_the_values_in_it(
    restored: None, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    set_up_logs("INFO", as_json=as_json)
    password = "swordfish"

    def fall(given: str) -> None:
        raise ValueError(len(given))

    try:
        fall(password)
    except ValueError:
        structlog.get_logger("test").exception("fell", user="17")
    written = capsys.readouterr().err
    assert "ValueError" in written
    assert "17" in written
    assert "swordfish" not in written


def test_machines_read_one_json_object_a_line(restored: None, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("INFO", as_json=True)
    structlog.get_logger("test").info("rang", bell="大")
    logging.getLogger("aiohttp.server").warning("old %s", "style")
    structlog.get_logger("test").debug("too quiet")
    logging.getLogger("httpx").info("too chatty")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["level"], line["logger"]) for line in lines] == [
        ("rang", "info", "test"),
        ("old style", "warning", "aiohttp.server"),
    ]
    assert lines[0]["bell"] == "大"
    assert all(line["timestamp"].endswith("Z") for line in lines)


async def test_a_whole_lesson_leaves_no_secret_in_the_logs(
    serve: Serve, restored: None, capsys: pytest.CaptureFixture[str]
) -> None:
    own = await serve()
    set_up_logs("DEBUG", as_json=False)
    async with People(own) as people:
        teacher, (student,), class_id = await people.classroom()
        desk, tab = await teacher.connect(), await student.connect()
        await desk.ask("class.watch", class_id=class_id)
        conversation_id = await student.converse(tab, title="quagga")
        await tab.ask("message.send", conversation_id=conversation_id, client_id=a_client_id(), text=QUESTION)
        end = await tab.until("reply.finished")
        with pytest.raises(Refused):
            await tab.ask("message.send", conversation_id=conversation_id, client_id="x", text=QUESTION)
        with pytest.raises(Refused):
            await student.call("GET", f"/conversations/search?q={'斑马' * 200}")
        assert (await student.call("GET", "/conversations/search?q=斑马鱼"))["items"]
        with pytest.raises(Refused):
            await people.sign_in(student.user["username"], "wrong swordfish")
        fresh = await student.call("POST", "/auth/refresh", {"refresh_token": student.refresh_token})
        await student.call("POST", "/auth/logout", {"refresh_token": fresh["refresh_token"]})
        await tab.until_gone()
    written = capsys.readouterr().err
    assert "reply_finished" in written
    assert student.id in written
    planted = {
        "password": PASSWORD,
        "wrong password": "swordfish",
        "access token": student.access_token,
        "fresh token": fresh["access_token"],
        "refresh token": student.refresh_token.split(".")[1],
        "e-mail": student.user["email"],
        "username": student.user["username"],
        "question": "zebrafish",
        "Chinese": "斑马",
        "title": "quagga",
        "answer": end["message"]["text"][:20],
        "name": student.user["display_name"],
    }
    assert [what for what, secret in planted.items() if secret in written] == []
