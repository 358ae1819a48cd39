"""A lesson as it went: for its teachers, in the order of time, in stretches that fit together."""

import asyncio

import pytest

from tests.chat.factories import a_caller
from tests.factories import WAIT_S, Json, People, Refused, a_client_id
from tests.records.conftest import Lesson
from tutor.chat.context import CHAT_STORE, NOTICES
from tutor.chat.models import Notice
from tutor.chat.notices import by


async def stretch(lesson: Lesson, query: str = "") -> Json:
    return await lesson.teacher.call("GET", f"/conversations/{lesson.id}/replay{query}")


async def test_messages_and_the_paces_of_replies_come_in_order(lesson: Lesson) -> None:
    async with asyncio.timeout(WAIT_S):
        while len((played := await stretch(lesson))["items"]) < 3:
            pass  # the pace is written a moment after the end
    assert [item["kind"] for item in played["items"]] == ["message", "message", "pace"]
    question, reply, pace = played["items"]
    assert (played["next"], played["conversation"]["id"]) == (None, lesson.id)
    assert question["message"]["text"] == "2x=6"
    assert reply["at"] == reply["message"]["created_at"] == pace["at"]
    assert pace["pace"]["reply_id"] == reply["message"]["id"]
    assert pace["pace"]["marks"][-1][1] == len(reply["message"]["text"])
    assert pace["message"] is None


async def test_a_notice_says_what_happened(lesson: Lesson, people: People) -> None:
    app = people.server.app
    conversation = await app[CHAT_STORE].conversation(lesson.id)
    assert conversation is not None
    await app[NOTICES].add(conversation, "1", Notice("floor.taken", by(a_caller(lesson.teacher)), {"number": 1}))
    notice = (await stretch(lesson))["items"][-1]
    assert (notice["kind"], notice["message"]["notice"]["kind"]) == ("notice", "floor.taken")


async def test_whispers_stand_where_they_were_said(lesson: Lesson) -> None:
    said = {"conversation_id": lesson.id, "lasts": "lesson"}
    for number in range(2):
        await lesson.desk.ask("whisper.add", **said, client_id=a_client_id(), text=f"悄悄话{number}")
        words = {"conversation_id": lesson.id, "client_id": a_client_id(), "text": f"第{number}句"}
        await lesson.desk.ask("message.send", **words)
    items = [item for item in (await stretch(lesson))["items"] if item["kind"] != "pace"]
    assert [(item["whisper"] or item["message"])["text"] for item in items][2:] == [
        "悄悄话0", "第0句", "悄悄话1", "第1句",
    ]  # fmt: skip


async def test_a_long_lesson_comes_in_stretches(lesson: Lesson) -> None:
    for number in range(5):
        said = {"conversation_id": lesson.id, "client_id": a_client_id()}
        await lesson.desk.ask("message.send", **said, text=f"第{number}句")
        await lesson.desk.ask("whisper.add", **(said | {"client_id": a_client_id()}), text=f"悄悄话{number}")
    whole, parts, after = (await stretch(lesson))["items"], [], 0
    while after is not None:
        page = await stretch(lesson, f"?after_seq={after}&limit=2")
        parts += page["items"]
        after = page["next"]
    assert parts == whole


async def test_watching_a_replay_counts_as_reading(lesson: Lesson) -> None:
    await stretch(lesson)
    assert [read["reader_id"] for read in await lesson.reads()] == [lesson.teacher.id]


async def test_only_teachers_of_the_student_watch_it(lesson: Lesson, people: People) -> None:
    path = f"/conversations/{lesson.id}/replay"
    with pytest.raises(Refused, match="not_allowed"):
        await lesson.student.call("GET", path)
    with pytest.raises(Refused, match="not_found"):
        await (await people.teacher()).call("GET", path)
    with pytest.raises(Refused, match="not_found"):
        await lesson.teacher.call("GET", f"/conversations/{'0' * 24}/replay")
