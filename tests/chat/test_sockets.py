"""The chat over sockets: said once, seen by everybody, resumed from anywhere, stopped, retried and rated."""

import asyncio
from typing import Any

import pytest

from tests.chat.conftest import Stage
from tests.chat.factories import Puppet, a_question, a_room, asked, parts_of
from tests.core.raw import until
from tests.factories import People, Refused, a_client_id
from tutor.ai.errors import ModelCut, ModelUnavailable
from tutor.chat.context import REPLIES
from tutor.chat.places import room_of
from tutor.core.rooms import ROOMS

UNKNOWN = "0" * 24


# Conversations


async def test_a_conversation_is_created_with_what_was_asked(cast: People) -> None:
    student = await cast.student(grade=9)
    socket = await student.connect()
    plain = (await socket.ask("conversation.create", client_id=a_client_id()))["conversation"]
    assert (plain["subject"], plain["grade"], plain["mode"], plain["title"]) == ("math", 9, "guide", "")
    wanted = {"subject": "physics", "grade": 3, "mode": "explain", "title": " 力 "}
    made = (await socket.ask("conversation.create", client_id=a_client_id(), **wanted))["conversation"]
    assert {name: made[name] for name in wanted} == {**wanted, "title": "力"}
    assert (made["student_id"], made["last_seq"], made["archived"], made["deleted"]) == (student.id, 0, False, False)


async def test_creating_again_with_the_same_id_gives_the_same_conversation(cast: People) -> None:
    student = await cast.student()
    socket = await student.connect()
    client_id = a_client_id()
    made = await asyncio.gather(
        *(socket.ask("conversation.create", client_id=each) for each in [client_id, client_id.upper()] * 5)
    )
    assert len({answer["conversation"]["id"] for answer in made}) == 1
    assert len(socket.heard["conversation.changed"]) == 1


async def test_two_students_may_use_the_same_client_id(cast: People) -> None:
    client_id = a_client_id()
    ids = set()
    for _ in range(2):
        socket = await (await cast.student()).connect()
        ids.add((await socket.ask("conversation.create", client_id=client_id))["conversation"]["id"])
    assert len(ids) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "alchemy"},
        {"grade": 0},
        {"grade": 13},
        {"mode": "solve"},
        {"title": ""},
        {"title": "x" * 81},
        {"client_id": "1"},
        {"student_id": UNKNOWN},
    ],
    ids=str,
)
async def test_a_conversation_that_cannot_be_is_invalid_input(cast: People, changes: dict[str, Any]) -> None:
    socket = await (await cast.student()).connect()
    with pytest.raises(Refused, match="invalid_input"):
        await socket.ask("conversation.create", **{"client_id": a_client_id(), **changes})


async def test_the_other_devices_hear_of_a_new_conversation(cast: People) -> None:
    student = await cast.student()
    here, there = await student.connect(), await student.connect()
    made = await here.ask("conversation.create", client_id=a_client_id(), title="力")
    assert (await there.until("conversation.changed"))["conversation"] == made["conversation"]


async def test_the_first_question_becomes_the_title(cast: People) -> None:
    room = await a_room(cast)
    await room.say("  怎样\n解   方程 2x+3=7？" + "请" * 30)
    changed = await room.socket.until("conversation.changed", 2)
    assert changed["conversation"]["title"] == "怎样 解 方程 2x+3=7？请请请请请请请请…"
    assert len(changed["conversation"]["title"]) == 24


# Saying something


async def test_a_question_is_stored_and_answered_with_its_reply(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    question = a_question()
    sent = await room.say(f"  {question}\n")
    message = sent["message"]
    assert (message["text"], message["seq"], message["state"]) == (question, 1, "sent")
    assert message["author"] == {
        "kind": "student",
        "id": room.student.id,
        "name": room.student.user["display_name"],
    }
    assert sent["reply"]["state"] == "running"
    added = [await room.socket.until("message.added", number) for number in (1, 2)]
    assert added[0]["message"] == message
    assert (added[1]["message"]["id"], added[1]["message"]["seq"]) == (sent["reply"]["id"], 2)
    (await puppet.line(question)).finish()
    await room.socket.until("reply.finished")


async def test_the_same_message_again_gives_the_same_answer(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    question, client_id = a_question(), a_client_id()
    first = await room.say(question, client_id=client_id)
    again = await room.say(f" {question} ", client_id=client_id.upper())
    assert again["message"] == first["message"]
    assert again["reply"]["id"] == first["reply"]["id"]
    line = await puppet.line(question)
    line.say("because")
    line.finish()
    await room.socket.until("reply.finished")
    late = await room.say(question, client_id=client_id)
    assert (late["reply"]["id"], late["reply"]["state"]) == (first["reply"]["id"], "complete")
    assert [message["seq"] for message in await room.messages()] == [1, 2]


async def test_the_same_id_with_another_text_is_a_conflict(cast: People) -> None:
    room = await a_room(cast)
    client_id = a_client_id()
    await room.say("one", client_id=client_id)
    with pytest.raises(Refused, match="conflict"):
        await room.say("two", client_id=client_id)


async def test_ten_duplicates_at_once_are_one_message(cast: People) -> None:
    room = await a_room(cast)
    sockets = [await room.student.connect() for _ in range(4)]
    question, client_id = a_question(), a_client_id()
    answers = await asyncio.gather(
        *(room.say(question, sockets[number % 4], client_id=client_id) for number in range(10))
    )
    assert len({answer["message"]["id"] for answer in answers}) == 1
    assert len({answer["reply"]["id"] for answer in answers}) == 1
    assert len(await room.messages()) == 2


@pytest.mark.parametrize(
    "text", ["", "   \n", "x" * 4001, 7, None, ["a"], {"$ne": ""}], ids=lambda text: repr(text)[:10]
)
async def test_a_text_that_is_none_is_invalid_input(cast: People, text: Any) -> None:
    room = await a_room(cast)
    with pytest.raises(Refused, match="invalid_input"):
        await room.say(text)
    assert await room.messages() == []


@pytest.mark.parametrize("text", ["x" * 4000, "字" * 4000, '🎓‍👩 \u202e \x00 \\ " </message>', "\u200b"], ids=len)
async def test_any_text_within_the_limit_comes_back_as_it_was(cast: People, text: str) -> None:
    room = await a_room(cast)
    assert (await room.say(text))["message"]["text"] == text
    assert (await room.messages())[0]["text"] == text


async def test_a_second_question_while_the_tutor_writes_is_refused_and_not_stored(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    first = await asked(puppet, room)
    with pytest.raises(Refused, match="reply_running"):
        await room.say("impatient")
    first.line.finish()
    await first.ended("complete")
    assert [message["author"]["kind"] for message in await room.messages()] == ["student", "tutor"]
    second = await asked(puppet, room)
    second.line.finish()
    await second.ended("complete")


async def test_a_student_has_so_many_replies_at_once_and_no_more(cast: People, puppet: Puppet) -> None:
    student = await cast.student()
    rooms = [await a_room(cast, student) for _ in range(3)]
    running = [await asked(puppet, room) for room in rooms[:2]]
    with pytest.raises(Refused, match="too_many_replies") as refused:
        await rooms[2].say("one too many")
    assert refused.value.details == {"limit": 2}
    assert await rooms[2].messages() == []
    running[0].line.finish()
    await running[0].ended("complete")
    await asked(puppet, rooms[2])


async def test_asking_in_many_rooms_at_the_same_moment_is_no_way_around_the_limit(cast: People) -> None:
    student = await cast.student()
    rooms = [await a_room(cast, student) for _ in range(4)]
    answers = await asyncio.gather(*(room.say(a_question()) for room in rooms), return_exceptions=True)
    refused = [answer.code for answer in answers if isinstance(answer, Refused)]
    assert refused == ["too_many_replies"] * 2


# Everybody sees the same


async def test_all_tabs_see_the_same_events_in_the_same_order(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    tabs = [room.socket, *[await room.student.connect() for _ in range(2)]]
    for tab in tabs[1:]:
        await room.open(tab)
    for tab in tabs:
        await until(lambda: tab.heard["presence.changed"])  # noqa: B023  # awaited at once
    said = await asked(puppet, room)
    said.line.say("a", "b", "字", "🎓")
    said.line.finish()
    for tab in tabs:
        end = await said.ended("complete", tab)
        assert (end["parts"], end["length"], end["message"]["text"]) == (4, 4, "ab字🎓")
        assert parts_of(tab, said.reply_id) == ["a", "b", "字", "🎓"]
    orders = [[event for event, _ in tab.order if event.startswith(("reply.", "message."))] for tab in tabs]
    assert orders[0] == orders[1] == orders[2]
    assert orders[0] == ["message.added", "message.added", "reply.started", *["reply.delta"] * 4, "reply.finished"]


async def test_closing_every_tab_does_not_stop_the_reply(cast: People, puppet: Puppet, stage: Stage) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    said.line.say("one ")
    await said.heard(1)
    await room.socket.close()
    await until(lambda: not stage.server.app[ROOMS].sids(room_of(room.id)))
    said.line.say("two")
    said.line.finish()
    await until(lambda: stage.server.app[REPLIES].running(said.reply_id) is None)
    assert (await room.messages())[1]["text"] == "one two"


async def test_a_socket_is_in_the_room_before_the_room_is_read(
    cast: People, puppet: Puppet, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    late = await room.student.connect()
    chat = stage.server.app[REPLIES]
    store = chat._store
    read = store.messages

    async def slow(*args: Any) -> Any:
        rows = await read(*args)
        if not late.heard["reply.delta"]:
            said.line.say("meanwhile")
            await until(lambda: late.heard["reply.delta"])
        return rows

    monkeypatch.setattr(store, "messages", slow)
    opened = await room.open(late)
    monkeypatch.undo()
    assert opened["reply"]["text"] == "meanwhile"
    assert opened["reply"]["next_part"] == 1
    said.line.finish()
    await said.ended("complete", late)


async def test_a_reply_that_ends_while_the_room_is_read_is_not_shown_as_running(
    cast: People, puppet: Puppet, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    late = await room.student.connect()
    store = stage.server.app[REPLIES]._store

    for name in ("messages", "running_reply"):
        read = getattr(store, name)

        async def slow(*args: Any, read: Any = read) -> Any:
            rows = await read(*args)
            if not late.heard["reply.finished"]:
                said.line.say("done")
                said.line.finish()
                await said.ended("complete", late)
            return rows

        monkeypatch.setattr(store, name, slow)
    opened = await room.open(late)
    monkeypatch.undo()
    assert opened["reply"] is None
    assert [(message["state"], message["text"]) for message in opened["messages"]][1] == ("complete", "done")


async def test_a_reply_is_resumed_from_every_part(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    texts = [f"{number}字 " for number in range(9)]
    said.line.say(*texts)
    await said.heard(9)
    for known in range(10):
        reply = (await room.open(after_seq=2, reply={"id": said.reply_id, "part": known}))["reply"]
        assert [part["text"] for part in reply["parts"]] == texts[known:]
        assert [part["part"] for part in reply["parts"]] == list(range(known, 9))
        assert (reply["next_part"], reply["text"], reply["state"]) == (9, None, "running")
    ahead = (await room.open(reply={"id": said.reply_id, "part": 10}))["reply"]
    assert (ahead["text"], ahead["parts"], ahead["next_part"]) == ("".join(texts), None, 9)
    fresh = (await room.open())["reply"]
    assert (fresh["text"], fresh["next_part"]) == ("".join(texts), 9)
    said.line.finish()
    await said.ended("complete")


async def test_a_tab_that_comes_in_the_middle_goes_on_without_gap_or_repeat(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    texts = [f"{number}字 " for number in range(40)]
    tabs = []
    for number, text in enumerate(texts):
        said.line.say(text)
        if number % 10 == 5:
            tab = await room.student.connect()
            tabs.append((tab, (await room.open(tab))["reply"]))
    said.line.finish()
    for tab, reply in tabs:
        await said.ended("complete", tab)
        live = [body for body in tab.heard["reply.delta"] if body["part"] >= reply["next_part"]]
        assert [body["part"] for body in live] == list(range(reply["next_part"], 40))
        assert reply["text"] + "".join(body["text"] for body in live) == "".join(texts)


async def test_another_node_resumes_from_the_parts_log(cast: People, puppet: Puppet, serve: Any, stage: Stage) -> None:
    other = await serve(model=Puppet())
    room = await a_room(cast)
    said = await asked(puppet, room)
    texts = ["a ", "b ", "c "]
    said.line.say(*texts)
    await said.heard(3)
    replies = stage.server.app[REPLIES]
    await until(lambda: getattr(replies.running(said.reply_id), "logged", 0) == 3)
    async with People(other) as elsewhere:
        there = await (await elsewhere.sign_in(room.student.user["username"])).connect()
        for known in range(4):
            opened = await room.open(there, reply={"id": said.reply_id, "part": known})
            assert [part["text"] for part in opened["reply"]["parts"]] == texts[known:]
        said.line.say("d")
        said.line.finish()
        await said.ended("complete", there)
        assert parts_of(there, said.reply_id) == ["d"]


async def test_a_reply_that_has_ended_comes_whole_when_it_is_asked_for(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    said.line.say("whole")
    said.line.finish()
    await said.ended("complete")
    opened = await room.open(after_seq=2, reply={"id": said.reply_id, "part": 1})
    assert opened["reply"] is None
    assert [(message["id"], message["text"]) for message in opened["messages"]] == [(said.reply_id, "whole")]


async def test_opening_with_what_one_has_brings_only_the_rest(cast: People) -> None:
    teacher, (student,), _ = await cast.classroom()
    desk = await teacher.connect()
    room = await a_room(cast, student)
    for number in range(6):
        await room.say(str(number), desk)
    assert [message["seq"] for message in (await room.open(after_seq=4))["messages"]] == [5, 6]
    assert (await room.open(after_seq=6))["messages"] == []
    assert (await room.open(after_seq=2**31))["messages"] == []


async def test_after_closing_a_room_nothing_of_it_is_heard(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    other = await room.student.connect()
    await room.open(other)
    assert await other.ask("conversation.close", conversation_id=room.id) == {}
    assert await other.ask("conversation.close", conversation_id=room.id) == {}
    said = await asked(puppet, room)
    said.line.finish()
    await said.ended("complete")
    await other.ask("conversation.create", client_id=a_client_id())
    assert not other.heard["message.added"]


# Stop, retry, rate


async def test_stopping_keeps_the_text_and_closes_the_stream(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    said.line.say("so far")
    await said.heard(1)
    assert (await room.on_reply("stop", said.reply_id))["reply"]["id"] == said.reply_id
    end = await said.ended("stopped")
    assert (end["message"]["text"], end["message"]["reply"]["error"]) == ("so far", None)
    async with asyncio.timeout(5):
        await said.line.closed.wait()
    with pytest.raises(Refused, match="reply_not_running"):
        await room.on_reply("stop", said.reply_id)


async def test_stopping_many_times_at_once_ends_it_once(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    tabs = [await room.student.connect() for _ in range(3)]
    await asyncio.gather(
        *(room.on_reply("stop", said.reply_id, tab) for tab in tabs for _ in range(3)), return_exceptions=True
    )
    await said.ended("stopped")
    await room.open()
    assert len(room.socket.heard["reply.finished"]) == 1


async def test_a_reply_is_stopped_from_another_node(cast: People, puppet: Puppet, serve: Any) -> None:
    other = await serve(model=Puppet())
    room = await a_room(cast)
    said = await asked(puppet, room)
    said.line.say("so far")
    async with People(other) as elsewhere:
        there = await (await elsewhere.sign_in(room.student.user["username"])).connect()
        await room.on_reply("stop", said.reply_id, there)
    assert (await said.ended("stopped"))["message"]["text"] == "so far"


async def test_only_a_reply_of_this_room_can_be_stopped(cast: People, puppet: Puppet) -> None:
    student = await cast.student()
    room, other = await a_room(cast, student), await a_room(cast, student)
    said = await asked(puppet, room)
    for reply_id in (UNKNOWN, (await room.messages())[0]["id"]):
        with pytest.raises(Refused, match="not_found"):
            await room.on_reply("stop", reply_id)
    with pytest.raises(Refused, match="not_found"):
        await other.on_reply("stop", said.reply_id)


async def test_retrying_writes_a_new_reply_and_keeps_the_old(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    said.line.say("first")
    said.line.finish()
    await said.ended("complete")
    ticket = (await room.on_reply("retry", said.reply_id))["reply"]
    assert ticket["id"] != said.reply_id
    with pytest.raises(Refused, match="reply_running"):
        await room.on_reply("retry", said.reply_id)
    line = await puppet.line(said.question, 2)
    line.say("second")
    line.finish()
    end = await room.socket.until("reply.finished", 2)
    assert (end["message"]["seq"], end["message"]["text"], end["message"]["reply"]["attempt"]) == (3, "second", 2)
    kept = (await room.messages())[1]
    assert (kept["text"], kept["reply"]["attempt"]) == ("first", 1)
    assert kept["reply"]["question_id"] == end["message"]["reply"]["question_id"]


async def test_retrying_from_two_tabs_at_once_makes_one_reply(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    said.line.finish()
    await said.ended("complete")
    tabs = [await room.student.connect() for _ in range(4)]
    answers = await asyncio.gather(
        *(room.on_reply("retry", said.reply_id, tab) for tab in tabs), return_exceptions=True
    )
    assert sorted(answer.code for answer in answers if isinstance(answer, Refused)) == ["reply_running"] * 3
    assert len(await room.messages()) == 3


async def test_a_reply_is_rated_and_the_rating_taken_back(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    tab = await room.student.connect()
    await room.open(tab)
    said = await asked(puppet, room)
    with pytest.raises(Refused, match="reply_running"):
        await room.on_reply("rate", said.reply_id, rating="up")
    said.line.finish()
    await said.ended("complete")
    for number, rating in enumerate(["up", "down", None], start=1):
        rated = (await room.on_reply("rate", said.reply_id, rating=rating))["message"]
        assert rated["reply"]["rating"] == rating
        assert (await tab.until("message.changed", number))["message"] == rated
    for bad in ("great", 1):
        with pytest.raises(Refused, match="invalid_input"):
            await room.on_reply("rate", said.reply_id, rating=bad)


# What goes wrong with the model


async def test_an_error_before_the_first_piece_fails_the_reply(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    said.line.fail(ModelUnavailable())
    end = await said.ended("failed")
    assert (end["parts"], end["message"]["text"], end["message"]["reply"]["error"]) == (0, "", "ai_unavailable")


async def test_an_error_in_the_middle_keeps_what_was_read(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    said.line.say("half ", "a th")
    said.line.fail(ModelCut())
    end = await said.ended("interrupted")
    assert (end["message"]["text"], end["message"]["reply"]["error"]) == ("half a th", "ai_cut")
    assert "".join(parts_of(room.socket, said.reply_id)) == "half a th"
    await room.on_reply("retry", said.reply_id)
    line = await puppet.line(said.question, 2)
    line.say("whole")
    line.finish()
    assert (await room.socket.until("reply.finished", 2))["state"] == "complete"


async def test_a_stored_reply_says_how_it_came_to_be(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    said.line.say("text")
    said.line.finish("length")
    reply = (await said.ended("complete"))["message"]["reply"]
    assert reply["first_token_ms"] >= 0
    del reply["first_token_ms"]
    assert reply == {
        "question_id": (await room.messages())[0]["id"],
        "attempt": 1,
        "parts": 1,
        "provider": "puppet",
        "model": "puppet-2",
        "prompt_version": "tutor.v2.zh",
        "usage": {"prompt_tokens": 3, "completion_tokens": 5},
        "finish_reason": "length",
        "error": None,
        "rating": None,
        "continues": None,
        "hidden": False,
        "sent_by": None,
        "decided_at": None,
        "ready_at": None,
        "draft": None,
        "why": None,
        "level": 2,
        "no_more": None,
    }


# The queue


@pytest.fixture
async def narrow(serve: Any) -> Stage:
    puppet = Puppet()
    return Stage(await serve(model=puppet, chat={"max_replies": 1, "queue_s": 60.0, "part_ms": 0.001}), puppet)


async def test_who_waits_is_told_the_place_in_the_queue(narrow: Stage) -> None:
    async with People(narrow.server) as people:
        rooms = [await a_room(people) for _ in range(3)]
        first = await asked(narrow.puppet, rooms[0])
        questions = [a_question() for _ in range(2)]
        tickets = [(await room.say(text))["reply"] for room, text in zip(rooms[1:], questions, strict=True)]
        assert [(ticket["state"], ticket["position"]) for ticket in tickets] == [("queued", 1), ("queued", 2)]
        assert (await rooms[1].open())["reply"]["state"] == "queued"
        first.line.finish()
        line = await narrow.puppet.line(questions[0])
        assert not narrow.puppet.begun(questions[1])
        line.finish()
        (await narrow.puppet.line(questions[1])).finish()
        for room in rooms:
            assert (await room.socket.until("reply.finished"))["state"] == "complete"


async def test_a_waiting_reply_can_be_stopped(narrow: Stage) -> None:
    async with People(narrow.server) as people:
        rooms = [await a_room(people) for _ in range(2)]
        first = await asked(narrow.puppet, rooms[0])
        question = a_question()
        waiting = (await rooms[1].say(question))["reply"]
        await rooms[1].on_reply("stop", waiting["id"])
        end = await rooms[1].socket.until("reply.finished")
        assert (end["state"], end["parts"]) == ("stopped", 0)
        first.line.finish()
        await first.ended("complete")
        assert not narrow.puppet.begun(question)


async def test_waiting_has_an_end(serve: Any) -> None:
    puppet = Puppet()
    own = await serve(model=puppet, chat={"max_replies": 1, "queue_s": 0.1})
    async with People(own) as people:
        rooms = [await a_room(people) for _ in range(2)]
        await asked(puppet, rooms[0])
        await rooms[1].say(a_question())
        end = await rooms[1].socket.until("reply.finished")
        assert (end["state"], end["message"]["reply"]["error"]) == ("failed", "queue_too_long")
        puppet.finish_all()


# Teachers


async def test_a_teacher_sees_the_same_parts_live(cast: People, puppet: Puppet) -> None:
    teacher, (student,), _ = await cast.classroom()
    room = await a_room(cast, student)
    said = await asked(puppet, room)
    said.line.say("one ")
    await said.heard(1)
    desk = await teacher.connect()
    opened = await room.open(desk)
    assert next(message["text"] for message in opened["messages"]) == said.question
    assert (opened["reply"]["text"], opened["reply"]["next_part"]) == ("one ", 1)
    said.line.say("two")
    said.line.finish()
    ends = [await said.ended("complete", socket) for socket in (desk, room.socket)]
    assert ends[0] == ends[1]
    assert parts_of(desk, said.reply_id) == ["two"]


async def test_a_teacher_writes_as_herself_and_the_tutor_is_silent(cast: People, puppet: Puppet) -> None:
    teacher, (student,), _ = await cast.classroom()
    room = await a_room(cast, student)
    desk = await teacher.connect()
    await room.open(desk)
    client_id = a_client_id()
    sent = await room.say("看这里", desk, client_id=client_id)
    assert sent["reply"] is None
    assert sent["message"]["author"] == {"kind": "teacher", "id": teacher.id, "name": "王老师"}
    assert (await room.socket.until("message.added"))["message"] == sent["message"]
    assert (await room.say("看这里", desk, client_id=client_id))["message"] == sent["message"]
    with pytest.raises(Refused, match="conflict"):
        await room.say("看这里", client_id=client_id)
    said = await asked(puppet, room)
    assert any("看这里" in turn.text for turn in said.line.prompt.turns)
    await room.say("slowly", desk)
    await room.on_reply("stop", said.reply_id, desk)
    await said.ended("stopped")
    assert [message["seq"] for message in await room.messages()] == [1, 2, 3, 4, 5]
    assert (await room.messages())[-1]["notice"]["kind"] == "reply.stopped"


async def test_presence_goes_both_ways(cast: People) -> None:
    teacher, (student,), _ = await cast.classroom()
    room = await a_room(cast, student)
    desk = await teacher.connect()
    opened = await room.open(desk)
    assert {person["role"] for person in opened["present"]} == {"student", "teacher"}
    await until(lambda: any(len(body["present"]) == 2 for body in room.socket.heard["presence.changed"]))
    tab = await student.connect()
    await room.open(tab)
    await desk.ask("conversation.close", conversation_id=room.id)
    await until(lambda: [p["id"] for p in room.socket.heard["presence.changed"][-1]["present"]] == [student.id])


async def test_strangers_find_nothing(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    said = await asked(puppet, room)
    other_class, _, _ = await cast.classroom()
    for stranger in (await cast.student(), other_class):
        socket = await stranger.connect()
        commands: list[tuple[str, dict[str, Any]]] = [
            ("conversation.open", {}),
            ("message.send", {"client_id": a_client_id(), "text": "hi"}),
            ("reply.stop", {"reply_id": said.reply_id}),
        ]
        if stranger.user["role"] == "student":
            commands += [
                ("reply.retry", {"reply_id": said.reply_id}),
                ("reply.rate", {"reply_id": said.reply_id, "rating": "up"}),
            ]
        for command, payload in commands:
            with pytest.raises(Refused, match="not_found") as refused:
                await socket.ask(command, conversation_id=room.id, **payload)
            assert refused.value.details["what"] == "conversation"
        assert not socket.heard["reply.delta"]
    said.line.finish()
    await said.ended("complete")
