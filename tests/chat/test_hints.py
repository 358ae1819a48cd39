"""Hints as a student meets them, over real sockets: by the button and in words, at the cap, and beside a teacher."""

import pytest

from tests.chat.factories import Line, Puppet, Room, a_lesson, a_room
from tests.chat.test_guarded import a_problem
from tests.factories import Json, People, Refused
from tutor.ai.spelling import plain


async def answered(puppet: Puppet, room: Room, said: str, text: str = "好。") -> tuple[Line, Json]:
    """Say something and let the model answer it; gives what it was asked, and the end of the reply."""
    attempt = len(puppet._lines[said]) + 1
    sent = await room.say(said)
    line = await puppet.line(said, attempt)
    line.say(text)
    line.finish()
    end = await room.socket.until("reply.finished", reply_id=sent["reply"]["id"])
    return line, end["message"]


async def hint(puppet: Puppet, room: Room, problem: str, **changes: object) -> Json:
    """Press the button and let the model answer; gives the reply at its end."""
    attempt = len(puppet._lines[problem]) + 1
    given = await room.socket.ask("hint.next", conversation_id=room.id, **changes)
    line = await puppet.line(problem, attempt)
    line.say("一点提示。")
    line.finish()
    end: Json = await room.socket.until("reply.finished", reply_id=given["reply"]["id"])
    assert end["message"]["reply"]["level"] == given["level"]
    reply: Json = end["message"]
    return reply


async def level_of(room: Room) -> int:
    level: int = (await room.open())["conversation"]["level"]
    return level


async def a_capped_room(cast: People, **policy: object) -> Room:
    teacher, (student,), class_id = await cast.classroom()
    await teacher.call("PATCH", f"/classes/{class_id}", {"policy": policy})
    return await a_room(cast, student)


async def test_after_an_ordinary_answer_the_first_hint_is_one_above_it(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    problem, _ = a_problem()
    _, first = await answered(puppet, room, problem)
    assert (first["reply"]["level"], first["reply"]["no_more"]) == (2, None)
    again = await room.socket.ask("hint.next", conversation_id=room.id, level=2)
    assert (again["level"], again["reply"]["id"]) == (2, first["id"])
    assert (await hint(puppet, room, problem))["reply"]["level"] == 3
    assert await level_of(room) == 3


async def test_words_climb_one_step_and_the_same_step_by_the_button_is_the_same_answer(
    cast: People, puppet: Puppet
) -> None:
    room = await a_room(cast)
    problem, _ = a_problem()
    await answered(puppet, room, problem)
    line, reply = await answered(puppet, room, "老师，再提示一下好吗")
    assert (line.prompt.level, line.prompt.problem, reply["reply"]["level"]) == (3, problem, 3)
    assert await level_of(room) == 3
    again = await room.socket.ask("hint.next", conversation_id=room.id, level=3)
    assert again["reply"]["id"] == reply["id"]
    line, _ = await answered(puppet, room, "Can I have a hint, please?")
    assert line.prompt.level == 4
    assert (await hint(puppet, room, problem, level=5))["reply"]["no_more"] == "hint_cap"
    line, _ = await answered(puppet, room, "one more hint please")
    assert line.prompt.level == 5


async def test_words_that_are_sent_twice_climb_once(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    problem, _ = a_problem()
    await answered(puppet, room, problem)
    _, reply = await answered(puppet, room, "给我一个提示吧")
    sent = next(row for row in await room.messages() if row["text"] == "给我一个提示吧")
    again = await room.say("给我一个提示吧", client_id=sent["client_id"])
    assert again["reply"]["id"] == reply["id"]
    assert await level_of(room) == 3


@pytest.mark.parametrize(
    "wish", ["答案是多少", "直接给我答案吧", "Just give me the answer!", "show me all steps please"]
)
async def test_words_for_the_answer_get_no_more_than_there_was(cast: People, puppet: Puppet, wish: str) -> None:
    room = await a_room(cast)
    problem, answer = a_problem()
    await answered(puppet, room, problem)
    line, reply = await answered(puppet, room, wish)
    assert (line.prompt.level, reply["reply"]["level"], await level_of(room)) == (2, 2, 2)
    assert answer not in plain(repr(line.prompt))


async def test_a_wish_for_every_step_beside_the_problem_begins_at_the_bottom_and_hides_no_key(
    cast: People, puppet: Puppet
) -> None:
    room = await a_room(cast)
    problem, answer = a_problem()
    said = f"解方程 {problem}，每一步都要讲清楚，直接告诉我答案"
    reply_id = (await room.say(said))["reply"]["id"]
    line = await puppet.line(said)
    assert line.prompt.level == 2
    line.say(f"所以 {answer}。")
    line.finish()
    again = await puppet.line(said, 2)
    again.say("你的第一步是什么？")
    again.finish()
    end = await room.socket.until("reply.finished", reply_id=reply_id)
    assert end["message"]["reply"]["level"] == 2
    assert answer not in plain(end["message"]["text"])


@pytest.mark.parametrize(
    ("policy", "code", "facts"),
    [({"hint_cap": 3}, "hint_cap", {"level": 3}), ({"exam": True}, "exam_running", {})],
)
async def test_at_the_cap_the_button_is_refused_by_name_and_words_are_answered(
    cast: People, puppet: Puppet, policy: Json, code: str, facts: Json
) -> None:
    room = await a_capped_room(cast, **policy)
    problem, _ = a_problem()
    _, reply = await answered(puppet, room, problem)
    assert reply["reply"]["no_more"] is None
    assert (await hint(puppet, room, problem))["reply"]["no_more"] == code
    with pytest.raises(Refused) as refused:
        await room.socket.ask("hint.next", conversation_id=room.id)
    assert (refused.value.code, {name: refused.value.details[name] for name in facts}) == (code, facts)
    line, reply = await answered(puppet, room, "再给我点提示")
    assert (line.prompt.level, line.prompt.capped, reply["reply"]["no_more"]) == (3, True, code)
    assert "举手" in line.prompt.system
    assert await level_of(room) == 3


async def test_another_problem_begins_the_ladder_again(cast: People, puppet: Puppet) -> None:
    room = await a_capped_room(cast, hint_cap=3)
    problem, _ = a_problem()
    await answered(puppet, room, problem)
    await hint(puppet, room, problem)
    other, _ = a_problem()
    _, reply = await answered(puppet, room, f"老师，这道题我不会：{other}")
    assert (reply["reply"]["level"], reply["reply"]["no_more"], await level_of(room)) == (2, None, 2)


async def test_small_talk_is_no_help_with_a_problem(cast: People, puppet: Puppet) -> None:
    room = await a_room(cast)
    _, reply = await answered(puppet, room, "老师好呀")
    _, reply = await answered(puppet, room, "hello tutor")
    assert (reply["reply"]["level"], await level_of(room)) == (0, 0)
    with pytest.raises(Refused, match="nothing_to_hint"):
        await room.socket.ask("hint.next", conversation_id=room.id)


async def test_while_a_teacher_has_the_floor_nobody_climbs_and_afterwards_the_ladder_goes_on(
    cast: People, puppet: Puppet
) -> None:
    lesson = await a_lesson(cast)
    problem, _ = a_problem()
    await answered(puppet, lesson.room, problem)
    await lesson.floor("teacher")
    with pytest.raises(Refused, match="teacher_has_floor"):
        await lesson.room.socket.ask("hint.next", conversation_id=lesson.id)
    assert (await lesson.room.say("再来一个提示"))["reply"] is None
    assert await level_of(lesson.room) == 2
    await lesson.floor("tutor")
    assert (await hint(puppet, lesson.room, problem))["reply"]["level"] == 3


async def test_under_a_teachers_eyes_a_hint_waits_for_her(cast: People, puppet: Puppet) -> None:
    lesson = await a_lesson(cast)
    problem, _ = a_problem()
    await answered(puppet, lesson.room, problem)
    await lesson.floor("approval")
    given = await lesson.room.socket.ask("hint.next", conversation_id=lesson.id)
    line = await puppet.line(problem, 2)
    line.say("第一步 TOSEE 两边除以二。")
    line.finish()
    reply_id = given["reply"]["id"]
    await lesson.until_ready(reply_id)
    assert "TOSEE" not in await lesson.seen_by_student()
    again = await lesson.room.socket.ask("hint.next", conversation_id=lesson.id, level=3)
    assert (again["reply"]["id"], again["reply"]["state"]) == (reply_id, "checking")
    await lesson.on_draft("send", reply_id)
    end = await lesson.room.socket.until("reply.finished", reply_id=reply_id)
    assert (end["message"]["reply"]["level"], "TOSEE" in end["message"]["text"]) == (3, True)
    await lesson.floor("tutor")
    assert (await hint(puppet, lesson.room, problem, level=4))["reply"]["level"] == 4
