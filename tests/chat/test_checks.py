"""Approval: the tutor's draft is the teachers' alone until one of them sends it; nothing of it reaches the student."""

import asyncio

import pytest

from tests.chat.conftest import Stage
from tests.chat.factories import Lesson, Puppet, a_lesson, a_question, asked, elsewhere, parts_of
from tests.conftest import Serve
from tests.factories import FakeClock, Json, People, Refused
from tutor.ai.errors import ModelUnavailable
from tutor.chat.context import CHAT_STORE, CHECKS, FLOORS, READING

SECRET = "SECRET"


async def an_approval(people: People) -> Lesson:
    lesson = await a_lesson(people)
    await lesson.floor("approval")
    return lesson


async def test_a_draft_streams_to_the_teacher_alone_and_is_sent(cast: People, puppet: Puppet) -> None:
    lesson = await an_approval(cast)
    said = await lesson.draft(puppet, "SECRET one ", "two")
    assert parts_of(lesson.desk, said.reply_id) == ["SECRET one ", "two"]
    ready = await lesson.until_ready(said.reply_id)
    assert (ready["text"], ready["state"], ready["reply"]["hidden"]) == ("SECRET one two", "checking", True)
    assert ready["reply"]["ready_at"]
    assert SECRET not in await lesson.seen_by_student()
    shown = (await lesson.room.messages())[-1]
    assert (shown["state"], shown["text"], shown["reply"]["hidden"]) == ("checking", "", True)
    sent = await lesson.on_draft("send", said.reply_id)
    end = await said.ended("complete")
    assert (end["message"]["text"], end["length"], end["parts"]) == ("SECRET one two", 14, 2)
    assert end["message"]["reply"]["sent_by"]["id"] == lesson.teacher.id
    assert (sent["state"], sent["reply"]["hidden"], sent["reply"]["draft"]) == ("complete", False, None)
    assert (await lesson.room.messages())[-1] == end["message"]


async def test_the_student_sees_from_the_first_moment_that_a_teacher_checks(cast: People, puppet: Puppet) -> None:
    lesson = await an_approval(cast)
    question = a_question()
    sent = await lesson.room.say(question)
    assert sent["reply"]["state"] == "checking"
    added = await lesson.room.socket.until("message.added", 3)
    assert (added["message"]["state"], added["message"]["text"]) == ("checking", "")
    (await puppet.line(question)).finish()
    await lesson.until_ready(sent["reply"]["id"])


async def test_who_asks_on_while_a_draft_is_written_is_told_that_a_teacher_checks(
    cast: People, puppet: Puppet, serve: Serve
) -> None:
    lesson = await an_approval(cast)
    said = await asked(puppet, lesson.room)
    async with People(await serve(model=puppet)) as there:
        for socket in (lesson.room.socket, await elsewhere(there, lesson.room.student)):
            with pytest.raises(Refused, match="reply_checking"):
                await lesson.room.say(a_question(), socket)
    said.line.finish()
    await lesson.until_ready(said.reply_id)


async def test_a_changed_text_is_kept_with_the_tutors_own_which_the_student_never_sees(
    cast: People, puppet: Puppet
) -> None:
    lesson = await an_approval(cast)
    said = await lesson.draft(puppet, "SECRET x = 3")
    sent = await lesson.on_draft("send", said.reply_id, text="Look at the left side.")
    assert (sent["text"], sent["reply"]["draft"]) == ("Look at the left side.", "SECRET x = 3")
    end = await said.ended("complete")
    assert end["message"]["text"] == "Look at the left side."
    assert end["length"] == len(end["message"]["text"])
    assert SECRET not in await lesson.seen_by_student()
    changed = await lesson.desk.until("message.changed")
    assert changed["message"]["reply"]["draft"] == "SECRET x = 3"
    await lesson.room.on_reply("rate", said.reply_id, rating="up")
    rated = await lesson.desk.until("message.changed", 3)
    assert (rated["message"]["reply"]["rating"], rated["message"]["reply"]["draft"]) == ("up", "SECRET x = 3")
    assert SECRET not in await lesson.seen_by_student()


async def test_a_rejected_draft_is_never_shown_nor_told_to_the_model_again(cast: People, puppet: Puppet) -> None:
    lesson = await an_approval(cast)
    said = await lesson.draft(puppet, "SECRET wrong")
    done = await lesson.on_draft("reject", said.reply_id, why="SECRET reason")
    assert (done["state"], done["reply"]["why"], done["text"]) == ("rejected", "SECRET reason", "SECRET wrong")
    end = await said.ended("rejected")
    assert (end["message"]["text"], end["message"]["reply"]["sent_by"]["name"]) == ("", "王老师")
    assert SECRET not in await lesson.seen_by_student()
    following = await asked(puppet, lesson.room)
    assert SECRET not in repr(following.line.prompt)
    following.line.finish()
    await lesson.until_ready(following.reply_id)
    await lesson.room.on_reply("retry", said.reply_id)
    (await puppet.line(said.question, 2)).finish()


@pytest.mark.parametrize("end", ["stopped", "failed", "interrupted"])
async def test_a_hidden_reply_that_ends_early_stays_hidden(cast: People, puppet: Puppet, end: str) -> None:
    lesson = await an_approval(cast)
    said = await asked(puppet, lesson.room)
    if end != "failed":
        said.line.say("SECRET half ")
        await said.heard(1, lesson.desk)
    assert SECRET not in await lesson.seen_by_student()
    if end == "stopped":
        await lesson.room.on_reply("stop", said.reply_id)
    else:
        said.line.fail(ModelUnavailable())
    ended = await said.ended(end)
    assert (ended["message"]["text"], ended["message"]["reply"]["error"], ended["parts"]) == ("", None, 0)
    assert SECRET not in await lesson.seen_by_student()
    assert "ai_unavailable" not in await lesson.seen_by_student()
    kept = [message for message in await desk_messages(lesson) if message["id"] == said.reply_id]
    assert kept[0]["state"] == end
    assert kept[0]["text"] == ("" if end == "failed" else "SECRET half ")
    with pytest.raises(Refused, match="draft_not_ready"):
        await lesson.on_draft("send", said.reply_id)


async def desk_messages(lesson: Lesson) -> list[Json]:
    """What the teacher finds over HTTP."""
    items: list[Json] = (await lesson.teacher.call("GET", f"/conversations/{lesson.id}/messages"))["items"]
    return items


async def test_nothing_of_a_draft_reaches_the_student_on_another_node(
    cast: People, puppet: Puppet, serve: Serve
) -> None:
    lesson = await an_approval(cast)
    async with People(await serve(model=puppet)) as there:
        desk = await elsewhere(there, lesson.teacher)
        far = await elsewhere(there, lesson.room.student)
        for socket in (desk, far):
            await lesson.room.open(socket)
        said = await asked(puppet, lesson.room)
        said.line.say("SECRET a ", "b")
        assert await said.heard(2, desk) == ["SECRET a ", "b"]
        opened = await lesson.room.open(far, after_seq=0, reply={"id": said.reply_id, "part": 0})
        assert opened["reply"] is None
        assert (await lesson.room.open(desk))["reply"]["text"] == "SECRET a b"
        said.line.finish()
        await lesson.until_ready(said.reply_id, desk)
        assert SECRET not in await lesson.seen_by_student(far)
        await lesson.on_draft("send", said.reply_id, desk)
        assert (await said.ended("complete", far))["message"]["text"] == "SECRET a b"


async def test_search_finds_nothing_of_a_draft(cast: People, puppet: Puppet) -> None:
    lesson = await an_approval(cast)
    await lesson.draft(puppet, "SECRET draft")
    found = await lesson.room.student.call("GET", f"/conversations/search?q={SECRET}")
    assert found["items"] == []


async def test_the_top_names_a_hidden_reply_as_running_to_teachers_alone(
    cast: People, puppet: Puppet, stage: Stage
) -> None:
    lesson = await an_approval(cast)
    said = await asked(puppet, lesson.room)
    said.line.say("SECRET ", "b")
    await said.heard(2, lesson.desk)
    tops = await stage.server.app[READING].tops(lesson.id)
    assert tops is not None
    assert tops.staff is not None
    assert (tops.room.reply, tops.room.checking) == (None, [said.reply_id])
    assert (tops.staff.reply and tops.staff.reply.part) == 2
    said.line.finish()
    await lesson.until_ready(said.reply_id)
    tops = await stage.server.app[READING].tops(lesson.id)
    assert tops is not None
    assert (tops.room.reply, tops.room.checking, tops.staff) == (None, [said.reply_id], None)
    await lesson.on_draft("send", said.reply_id)
    tops = await stage.server.app[READING].tops(lesson.id)
    assert tops is not None
    assert tops.room.checking == []


async def test_drafts_wait_on_the_desk_of_teachers_and_of_nobody_else(cast: People, puppet: Puppet) -> None:
    lesson = await an_approval(cast)
    first = await lesson.draft(puppet, "SECRET one")
    second = await lesson.draft(puppet, "SECRET two")
    desk = (await lesson.room.open(lesson.desk))["desk"]
    assert [draft["id"] for draft in desk["drafts"]] == [first.reply_id, second.reply_id]
    assert desk["drafts"][0]["text"] == "SECRET one"
    assert (await lesson.room.open())["desk"] is None
    await lesson.on_draft("reject", first.reply_id)
    assert [draft["id"] for draft in (await lesson.room.open(lesson.desk))["desk"]["drafts"]] == [second.reply_id]


async def test_sending_twice_has_one_effect(cast: People, puppet: Puppet) -> None:
    lesson = await an_approval(cast)
    said = await lesson.draft(puppet, "draft")
    answers = await asyncio.gather(*(lesson.on_draft("send", said.reply_id, text="better") for _ in range(3)))
    assert answers[0] == answers[1] == answers[2]
    assert await lesson.on_draft("send", said.reply_id, text="better") == answers[0]
    assert len(lesson.room.socket.heard["reply.finished"]) == 1
    with pytest.raises(Refused, match="draft_decided"):
        await lesson.on_draft("send", said.reply_id, text="even better")
    with pytest.raises(Refused, match="draft_decided"):
        await lesson.on_draft("reject", said.reply_id)


async def test_of_two_teachers_who_decide_at_once_one_does(cast: People, puppet: Puppet) -> None:
    lesson = await an_approval(cast)
    other = await lesson.colleague(cast)
    said = await lesson.draft(puppet, "draft")
    answers = await asyncio.gather(
        lesson.on_draft("send", said.reply_id, text="hers"),
        lesson.on_draft("reject", said.reply_id, other),
        return_exceptions=True,
    )
    (won,) = [answer for answer in answers if not isinstance(answer, BaseException)]
    (lost,) = [answer for answer in answers if isinstance(answer, Refused)]
    assert (lost.code, lost.details["state"]) == ("draft_decided", won["state"])
    await said.ended(won["state"])
    assert len(lesson.room.socket.heard["reply.finished"]) == 1


async def test_what_is_still_being_written_or_never_was_a_draft_cannot_be_sent(cast: People, puppet: Puppet) -> None:
    lesson = await a_lesson(cast)
    plain = await asked(puppet, lesson.room)
    plain.line.finish()
    await plain.ended("complete")
    await lesson.floor("approval")
    said = await asked(puppet, lesson.room)
    for reply_id in (plain.reply_id, said.reply_id):
        for verb in ("send", "reject"):
            with pytest.raises(Refused, match="draft_not_ready"):
                await lesson.on_draft(verb, reply_id)
    said.line.finish()
    await lesson.until_ready(said.reply_id)


# Drafts that nobody checks any more


async def test_handing_back_lets_waiting_drafts_through_and_those_that_are_being_written(
    cast: People, puppet: Puppet
) -> None:
    lesson = await an_approval(cast)
    waiting = await lesson.draft(puppet, "waiting")
    written = await asked(puppet, lesson.room)
    written.line.say("being ")
    await written.heard(1, lesson.desk)
    await lesson.floor("tutor")
    assert (await waiting.ended("complete"))["message"]["text"] == "waiting"
    written.line.say("written")
    written.line.finish()
    end = await written.ended("complete")
    assert (end["message"]["text"], end["message"]["reply"]["sent_by"]) == ("being written", None)
    plain = await asked(puppet, lesson.room)
    plain.line.say("seen")
    await plain.heard(1)
    plain.line.finish()


async def test_a_draft_goes_on_waiting_when_the_teacher_takes_the_floor_herself(cast: People, puppet: Puppet) -> None:
    lesson = await an_approval(cast)
    said = await lesson.draft(puppet, "SECRET")
    await lesson.floor("teacher")
    assert SECRET not in await lesson.seen_by_student()
    await lesson.on_draft("send", said.reply_id)
    await said.ended("complete")


async def test_drafts_of_a_teacher_who_is_gone_are_let_through(puppet: Puppet, serve: Serve) -> None:
    clock = FakeClock()
    server = await serve(model=puppet, clock=clock)
    async with People(server) as people:
        lesson = await an_approval(people)
        said = await lesson.draft(puppet, "waiting")
        await lesson.desk.close()
        clock.advance(120)
        await server.app[FLOORS].look(patient=False)
        await said.ended("complete")


async def test_a_draft_that_a_crash_has_left_waiting_is_found(puppet: Puppet, serve: Serve) -> None:
    clock = FakeClock()
    server = await serve(model=puppet, clock=clock)
    async with People(server) as people:
        lesson = await an_approval(people)
        said = await lesson.draft(puppet, "waiting")
        store = server.app[CHAT_STORE]
        before = await store.conversation(lesson.id)
        assert before is not None
        assert await store.floors.change(lesson.id, 1, type(before.floor)(number=2))  # and then its node died
        clock.advance(10)
        await server.app[CHECKS].look()
        await said.ended("complete")


async def test_a_draft_that_waits_for_minutes_is_told_of_to_all_who_watch_the_class(
    puppet: Puppet, serve: Serve
) -> None:
    clock = FakeClock()
    server = await serve(model=puppet, clock=clock)
    async with People(server) as people:
        lesson = await an_approval(people)
        watching = await lesson.teacher.connect()
        await watching.ask("class.watch", class_id=lesson.class_id)
        said = await lesson.draft(puppet, "waiting")
        clock.advance(170)
        await server.app[CHECKS].look()
        assert not watching.heard["draft.waiting"]
        clock.advance(20)
        for _ in range(3):
            await server.app[CHECKS].look()
        told = await watching.until("draft.waiting")
        assert (told["class_id"], told["conversation_id"]) == (lesson.class_id, lesson.id)
        assert told["reply_id"] == said.reply_id
        assert told["since"] == (await lesson.until_ready(said.reply_id))["reply"]["ready_at"]
        await lesson.on_draft("send", said.reply_id)
        await said.ended("complete")
        assert len(watching.heard["draft.waiting"]) == 1
        assert not lesson.room.socket.heard["draft.waiting"]


async def test_what_is_sent_by_itself_is_nobodys_decision(cast: People, puppet: Puppet) -> None:
    lesson = await an_approval(cast)
    said = await lesson.draft(puppet, "waiting")
    await lesson.floor("tutor")
    await said.ended("complete")
    with pytest.raises(Refused, match="draft_decided"):
        await lesson.on_draft("send", said.reply_id)
