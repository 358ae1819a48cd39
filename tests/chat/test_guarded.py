"""Replies under the ladder over real sockets: what a blurting model says, what a class's rules refuse, and hints."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest

from tests.chat.factories import Line, Puppet, Room, a_room
from tests.factories import Json, People, Person, Refused, Server, Socket, a_client_id, start_server
from tutor.ai.errors import ModelRejected
from tutor.ai.spelling import plain
from tutor.chat.context import CHAT_STORE
from tutor.settings import Settings


@dataclass(frozen=True)
class Scene:
    """A server whose model is led by hand, and people there."""

    server: Server
    puppet: Puppet
    people: People

    async def classmate(self, **policy: Any) -> Person:
        """A student in a class of this policy."""
        teacher, (student,), class_id = await self.people.classroom()
        await teacher.call("PATCH", f"/classes/{class_id}", {"policy": policy})
        return student


@pytest.fixture(scope="module")
async def hall(settings: Settings) -> AsyncIterator[tuple[Server, Puppet]]:
    puppet = Puppet()
    async with start_server(settings, model=puppet, chat={"part_ms": 0.001, "checkpoint_s": 0.1}) as server:
        yield server, puppet
        puppet.finish_all()


@pytest.fixture
async def scene(hall: tuple[Server, Puppet]) -> AsyncIterator[Scene]:
    server, puppet = hall
    async with People(server) as people:
        yield Scene(server, puppet, people)


def a_problem() -> tuple[str, str]:
    """A problem that nobody has asked, and its answer."""
    number = next(NUMBERS)
    return f"2(x-{number})=10", f"x={number + 5}"


NUMBERS = iter(range(1000, 9000, 7))


def blurt(problem: str, answer: str) -> list[str]:
    return [
        *"两边同除以 2，",
        "得 $x - ",
        problem[4:8],
        " = 5$，",
        "所以 $x =",
        " ",
        *answer[2:],
        "$。答案就是 ",
        answer[2:],
        "！",
    ]


async def say_all(line: Line, texts: list[str]) -> None:
    line.say(*texts)
    line.finish()


async def ask(room: Room, problem: str) -> str:
    reply_id: str = (await room.say(problem))["reply"]["id"]
    return reply_id


async def blurted(scene: Scene, room: Room, problem: str, answer: str, reply_id: str, first: int = 1) -> Json:
    """Let the model blurt the answer as often as it is asked, and wait for the end."""
    attempt = first
    while True:
        found = await either(scene.puppet, problem, attempt, room.socket, reply_id)
        if found is None:
            return await room.socket.until("reply.finished", reply_id=reply_id)
        await say_all(found, blurt(problem, answer))
        attempt += 1


async def either(puppet: Puppet, problem: str, attempt: int, socket: Socket, reply_id: str) -> Line | None:
    """The next time that the model is asked; None when the reply ends first."""
    asking = asyncio.ensure_future(puppet.line(problem, attempt))
    ending = asyncio.ensure_future(socket.until("reply.finished", reply_id=reply_id))
    done, waiting = await asyncio.wait({asking, ending}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return asking.result() if asking in done else None


def frames(*sockets: Socket) -> str:
    """All that some sockets were ever told, and their answers' parts put together."""
    told = orjson.dumps([socket.order for socket in sockets]).decode()
    parts = "".join(body["text"] for socket in sockets for body in socket.heard["reply.delta"])
    return told + "\n" + parts


async def test_an_answer_that_a_model_blurts_reaches_nobody_below_the_full_solution(scene: Scene) -> None:
    student = await scene.people.student()
    room = await a_room(scene.people, student)
    tab = await student.connect()
    await room.open(tab)
    problem, answer = a_problem()
    reply_id, asked = await ask(room, problem), 1
    for level in (2, 3, 4, 5):
        if level > 2:
            given = await room.socket.ask("hint.next", conversation_id=room.id)
            assert given["level"] == level
            reply_id = given["reply"]["id"]
        end = await blurted(scene, room, problem, answer, reply_id, asked)
        asked = len(scene.puppet._lines[problem]) + 1
        assert end["state"] == "complete"
        assert end["message"]["reply"]["level"] == level
        assert (answer in plain(frames(room.socket, tab))) is (level == 5)
        assert (answer in plain(end["message"]["text"])) is (level == 5)
        assert (answer in plain(str(await room.messages()))) is (level == 5)
    with pytest.raises(Refused) as refused:
        await room.socket.ask("hint.next", conversation_id=room.id)
    assert (refused.value.code, refused.value.details["level"]) == ("hint_cap", 5)


def spellings(number: int) -> list[str]:
    """Ways to say that x is a number."""
    full_width = str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    digits = "".join("零一二三四五六七八九"[int(digit)] for digit in str(number))
    return [
        f"x＝{full_width}",
        f"$$\\boxed{{{number}}}$$",
        f"$x = \\mathbf{{{number}}}$",
        f"x 等于{digits}",
        f"答案是：\n\n**{number}**",
        f"$\\begin{{aligned}} x &= {number} \\end{{aligned}}$",
        f"x equals {number}",
        f"{number} = x",
        f"so we get {number}",
    ]


@pytest.mark.parametrize("way", range(9))
async def test_an_answer_is_caught_and_asked_again_however_it_is_spelt_letter_by_letter(scene: Scene, way: int) -> None:
    room = await a_room(scene.people)
    problem, answer = a_problem()
    number = int(answer[2:])
    said = spellings(number)[way]
    reply_id = await ask(room, problem)
    await say_all(await scene.puppet.line(problem), list(f"想一想。{said}。你看！"))
    second = await scene.puppet.line(problem, 2)
    await say_all(second, list("你的第一步是什么？"))
    end = await room.socket.until("reply.finished", reply_id=reply_id)
    assert end["message"]["text"].startswith("想一想。")
    assert end["message"]["text"].endswith("你的第一步是什么？")
    assert answer not in plain(frames(room.socket))
    assert str(number) not in plain(end["message"]["text"])


async def test_a_nudge_is_guarded_too(scene: Scene) -> None:
    room = await a_room(scene.people, await scene.classmate(hint_cap=1))
    problem, answer = a_problem()
    end = await blurted(scene, room, problem, answer, await ask(room, problem))
    assert end["message"]["reply"]["level"] == 1
    assert answer not in plain(frames(room.socket))
    assert "一元一次方程" in end["message"]["text"]  # the ladder's own words, from the built-in tutor


async def test_the_ladder_speaks_when_the_service_does_not_take_the_sterner_words(scene: Scene) -> None:
    room = await a_room(scene.people)
    problem, answer = a_problem()
    reply_id = await ask(room, problem)
    await say_all(await scene.puppet.line(problem), blurt(problem, answer))
    (await scene.puppet.line(problem, 2)).fail(ModelRejected(status=400))
    end = await room.socket.until("reply.finished", reply_id=reply_id)
    assert end["state"] == "complete"
    assert "两边同除以 2" in end["message"]["text"]
    assert "一元一次方程" in end["message"]["text"]
    assert answer not in plain(frames(room.socket))


async def test_what_was_read_stays_and_the_sterner_reply_follows_it(scene: Scene) -> None:
    room = await a_room(scene.people)
    problem, answer = a_problem()
    reply_id = await ask(room, problem)
    first = await scene.puppet.line(problem)
    first.say("先看两边，", "所以 $x", " = ", answer[2:], "$。", "对吗")
    second = await scene.puppet.line(problem, 2)
    assert second.prompt.system.startswith(first.prompt.system)
    assert second.prompt.so_far == "先看两边，所以……\n\n"
    second.say("你的第一步是什么？")
    second.finish()
    end = await room.socket.until("reply.finished", reply_id=reply_id)
    assert end["message"]["text"] == "先看两边，所以……\n\n你的第一步是什么？"
    assert end["length"] == len(end["message"]["text"])


async def test_a_model_that_keeps_to_its_level_is_not_disturbed(scene: Scene) -> None:
    room = await a_room(scene.people)
    problem, _ = a_problem()
    reply_id = await ask(room, problem)
    text = "这是一元一次方程。1. 先去括号\n2. 再移项，$x$ 的系数是 2。你的第一步是什么？"
    await say_all(await scene.puppet.line(problem), list(text))
    end = await room.socket.until("reply.finished", reply_id=reply_id)
    assert end["message"]["text"] == text
    assert len(scene.puppet._lines[problem]) == 1


async def test_prompts_hold_the_solution_at_the_top_alone(scene: Scene) -> None:
    room = await a_room(scene.people)
    problem, answer = a_problem()
    reply_id = await ask(room, problem)
    for level in (2, 3, 4, 5):
        line = await scene.puppet.line(problem, level - 1)
        assert line.prompt.level == level
        assert (answer in plain(repr(line.prompt.system))) is (level == 5)
        await say_all(line, ["好。"])
        await room.socket.until("reply.finished", reply_id=reply_id)
        if level < 5:
            reply_id = (await room.socket.ask("hint.next", conversation_id=room.id))["reply"]["id"]


async def test_a_hint_is_told_and_kept_and_a_new_problem_begins_again(scene: Scene) -> None:
    room = await a_room(scene.people)
    problem, _ = a_problem()
    reply_id = await ask(room, problem)
    await say_all(await scene.puppet.line(problem), ["想一想。"])
    await room.socket.until("reply.finished", reply_id=reply_id)
    given = await room.socket.ask("hint.next", conversation_id=room.id)
    hint = await scene.puppet.line(problem, 2)
    assert [turn.speaker for turn in hint.prompt.turns] == ["user", "assistant", "user"]
    await say_all(hint, ["先去括号。"])
    await room.socket.until("reply.finished", reply_id=given["reply"]["id"])
    told = [row["notice"] for row in await room.messages() if row["notice"]]
    assert [(notice["kind"], notice["facts"]) for notice in told] == [("hint.given", {"level": 3})]
    assert (await room.open())["conversation"]["level"] == 3
    retried = await room.on_reply("retry", given["reply"]["id"])
    again = await scene.puppet.line(problem, 3)
    assert again.prompt.level == 3
    await say_all(again, ["先去括号吧。"])
    await room.socket.until("reply.finished", reply_id=retried["reply"]["id"])
    other, _ = a_problem()
    reply_id = await ask(room, other)
    line = await scene.puppet.line(other)
    assert line.prompt.level == 2
    await say_all(line, ["再想一想。"])
    await room.socket.until("reply.finished", reply_id=reply_id)
    assert (await room.open())["conversation"]["level"] == 2


async def test_there_is_no_hint_before_a_problem(scene: Scene) -> None:
    room = await a_room(scene.people)
    with pytest.raises(Refused, match="nothing_to_hint"):
        await room.socket.ask("hint.next", conversation_id=room.id)


async def test_the_same_hint_asked_for_again_is_the_same_answer(scene: Scene) -> None:
    room = await a_room(scene.people)
    problem, _ = a_problem()
    reply_id = await ask(room, problem)
    await say_all(await scene.puppet.line(problem), ["想一想。"])
    await room.socket.until("reply.finished", reply_id=reply_id)
    with pytest.raises(Refused, match="conflict"):
        await room.socket.ask("hint.next", conversation_id=room.id, level=4)
    first = await room.socket.ask("hint.next", conversation_id=room.id, level=3)
    again = await room.socket.ask("hint.next", conversation_id=room.id, level=3)
    assert (again["level"], again["reply"]["id"]) == (3, first["reply"]["id"])
    await say_all(await scene.puppet.line(problem, 2), ["好。"])
    end = await room.socket.until("reply.finished", reply_id=first["reply"]["id"])
    late = await room.socket.ask("hint.next", conversation_id=room.id, level=3)
    assert (late["reply"]["id"], late["reply"]["state"]) == (end["message"]["id"], "complete")


async def test_a_hint_whose_node_died_before_it_began_is_given_when_it_is_asked_for_again(scene: Scene) -> None:
    room = await a_room(scene.people)
    problem, _ = a_problem()
    reply_id = await ask(room, problem)
    await say_all(await scene.puppet.line(problem), ["想一想。"])
    await room.socket.until("reply.finished", reply_id=reply_id)
    store = scene.server.app[CHAT_STORE]
    conversation = await store.conversation(room.id)
    assert conversation is not None
    stands = conversation.ladder
    assert await store.climb(room.id, stands, replace(stands, level=3))
    given = await room.socket.ask("hint.next", conversation_id=room.id, level=3)
    await say_all(await scene.puppet.line(problem, 2), ["好。"])
    end = await room.socket.until("reply.finished", reply_id=given["reply"]["id"])
    assert (given["level"], end["message"]["reply"]["level"]) == (3, 3)


async def test_two_hints_at_once_are_one(scene: Scene) -> None:
    room = await a_room(scene.people)
    problem, _ = a_problem()
    reply_id = await ask(room, problem)
    await say_all(await scene.puppet.line(problem), ["想一想。"])
    await room.socket.until("reply.finished", reply_id=reply_id)
    asks = [room.socket.ask("hint.next", conversation_id=room.id) for _ in range(2)]
    outcomes = await asyncio.gather(*asks, return_exceptions=True)
    assert sorted(type(outcome) is Refused for outcome in outcomes) == [False, True]
    await say_all(await scene.puppet.line(problem, 2), ["好。"])
    assert (await room.open())["conversation"]["level"] == 3


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ({"modes": ["guide"]}, "mode_not_allowed"),
        ({"hint_cap": 4}, "mode_not_allowed"),
        ({"exam": True}, "exam_running"),
    ],
)
async def test_a_mode_that_the_class_refuses_is_refused_by_name(scene: Scene, policy: Json, code: str) -> None:
    student = await scene.classmate(**policy)
    socket = await student.connect()
    with pytest.raises(Refused, match=code):
        await socket.ask("conversation.create", client_id=a_client_id(), mode="explain")
    room = await a_room(scene.people, student)
    with pytest.raises(Refused, match=code):
        await student.call("PATCH", f"/conversations/{room.id}", {"mode": "explain"})


async def test_a_mode_is_changed_where_it_is_allowed(scene: Scene) -> None:
    room = await a_room(scene.people)
    changed = await room.student.call("PATCH", f"/conversations/{room.id}", {"mode": "explain"})
    assert changed["conversation"]["mode"] == "explain"
    problem, answer = a_problem()
    end = await blurted(scene, room, problem, answer, await ask(room, problem))
    assert answer in plain(end["message"]["text"])


async def test_an_exam_leaves_the_first_step_and_refuses_the_rest(scene: Scene) -> None:
    room = await a_room(scene.people, await scene.classmate(exam=True))
    problem, _ = a_problem()
    reply_id = await ask(room, problem)
    await say_all(await scene.puppet.line(problem), ["想一想。"])
    await room.socket.until("reply.finished", reply_id=reply_id)
    given = await room.socket.ask("hint.next", conversation_id=room.id)
    assert given["level"] == 3
    await say_all(await scene.puppet.line(problem, 2), ["先去括号。"])
    await room.socket.until("reply.finished", reply_id=given["reply"]["id"])
    with pytest.raises(Refused, match="exam_running"):
        await room.socket.ask("hint.next", conversation_id=room.id)


async def test_outside_the_hours_nothing_is_asked_and_what_was_is_answered_alike(scene: Scene) -> None:
    teacher, (student,), class_id = await scene.people.classroom()
    room = await a_room(scene.people, student)
    problem, _ = a_problem()
    client_id = a_client_id()
    sent = await room.say(problem, client_id=client_id)
    await say_all(await scene.puppet.line(problem), ["想一想。"])
    await room.socket.until("reply.finished", reply_id=sent["reply"]["id"])
    hours = {"days": [1], "from": "00:00", "to": "00:01", "zone": "Etc/GMT+12"}
    await teacher.call("PATCH", f"/classes/{class_id}", {"policy": {"hours": hours}})
    for refused in (room.say("3x=6"), room.socket.ask("hint.next", conversation_id=room.id),
                    room.on_reply("retry", sent["reply"]["id"])):  # fmt: skip
        with pytest.raises(Refused, match="closed_now"):
            await refused
    assert (await room.say(problem, client_id=client_id))["reply"]["id"] == sent["reply"]["id"]


async def test_a_day_has_so_many_replies(scene: Scene) -> None:
    room = await a_room(scene.people, await scene.classmate(daily_replies=1))
    problem, _ = a_problem()
    reply_id = await ask(room, problem)
    await say_all(await scene.puppet.line(problem), ["想一想。"])
    await room.socket.until("reply.finished", reply_id=reply_id)
    with pytest.raises(Refused, match="daily_limit"):
        await room.say("再来一题")
