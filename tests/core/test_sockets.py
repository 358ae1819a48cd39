"""The Door: every command is validated, allowed, run in its turn and answered, whatever goes wrong inside."""

import asyncio
import json
import logging
from contextlib import AsyncExitStack
from typing import Any, ClassVar

import pytest
from structlog.testing import capture_logs

from tests.core.a_door import a_door, refused, talker
from tests.core.raw import frames, until
from tests.factories import People, Person, Refused, Server, connect
from tutor.core.caller import Caller
from tutor.core.errors import Internal
from tutor.core.messages import Answer, Event, Nothing
from tutor.core.peers import SocketLimits
from tutor.core.sockets import DOOR, MAX_WAITING, Call, EventTable

# Declaring


def test_a_command_is_declared_once() -> None:
    table = EventTable()

    async def handler(call: Call, command: Caller) -> Answer:
        return Nothing()

    with pytest.raises(TypeError, match="command must be annotated"):
        table.on("x.y")(handler)


async def test_two_rooms_cannot_have_the_same_command() -> None:
    async with a_door() as stage:
        with pytest.raises(ValueError, match="declared twice"):
            stage.door.add([table_of(stage.door._entries["echo.say"])])


def table_of(entry: Any) -> EventTable:
    table = EventTable()
    table.entries.append(entry)
    return table


# Being answered


async def test_a_command_is_answered_in_its_envelope() -> None:
    async with a_door() as stage, talker(stage) as client:
        assert await client.ask("echo.say", {"text": "hi", "times": 2}) == {"success": True, "data": {"text": "hihi"}}


async def test_without_an_ack_nothing_is_sent() -> None:
    async with a_door() as stage, talker(stage) as client:
        await client.frames.say('42["echo.say",{"text":"quiet"}]', '42["no.such",{}]', '42["echo.break",{}]')
        assert (await client.ask("echo.say", {"text": "loud"}))["data"] == {"text": "loud"}
        assert stage.said == ["quiet", "loud"]


async def test_an_unknown_command_is_named() -> None:
    async with a_door() as stage, talker(stage) as client:
        error = await client.refusal("no.such", {})
        assert (error["code"], error["details"]) == ("unknown_event", {"event": "no.such"})
        assert (await client.refusal("x" * 500, {}))["details"] == {"event": "x" * 60}


@pytest.mark.parametrize("arguments", [[], [7], [None], [{}], [["echo.say"]], [True], [""]], ids=repr)
async def test_a_frame_that_names_no_command_is_malformed(arguments: list[Any]) -> None:
    async with a_door() as stage, talker(stage) as client:
        assert (await client.refusal(*arguments))["code"] == "malformed"


WRONG = [
    ({}, [("text", "missing")]),
    ({"text": None}, [("text", "string_type")]),
    ({"text": 7}, [("text", "string_type")]),
    ({"text": ["a"]}, [("text", "string_type")]),
    ({"text": {"$gt": ""}}, [("text", "string_type")]),
    ({"text": "a", "times": "2"}, [("times", "int_type")]),
    ({"text": "a", "times": 1.5}, [("times", "int_type")]),
    ({"text": "a", "times": True}, [("times", "int_type")]),
    ({"text": "a", "extra": 1}, [("extra", "extra_forbidden")]),
    ({"text": "a", "$where": "1"}, [("$where", "extra_forbidden")]),
    ({"text": "a", "__proto__": {}}, [("__proto__", "extra_forbidden")]),
    ({"times": "x"}, [("text", "missing"), ("times", "int_type")]),
]


@pytest.mark.parametrize(("payload", "fields"), WRONG, ids=repr)
async def test_wrong_fields_are_named_one_by_one(payload: Any, fields: list[tuple[str, str]]) -> None:
    async with a_door() as stage, talker(stage) as client:
        error = await client.refusal("echo.say", payload)
        assert error["code"] == "invalid_input"
        assert error["details"] == {"fields": [{"field": name, "problem": problem} for name, problem in fields]}
        assert stage.said == []


@pytest.mark.parametrize("payload", [[], ["text"], "text", None, 7, True, [[]]], ids=repr)
async def test_a_payload_of_another_kind_is_invalid_input(payload: Any) -> None:
    async with a_door() as stage, talker(stage) as client:
        assert (await client.refusal("echo.say", payload))["code"] == "invalid_input"


@pytest.mark.parametrize("payload", ["%s", '{"text":%s}'])
async def test_a_payload_nested_a_thousand_deep_is_invalid_input(payload: str) -> None:
    async with a_door() as stage, talker(stage) as client:
        await client.frames.say(f'421["echo.say",{payload % ("[" * 1000 + "]" * 1000)}]')
        assert (await client.answer(1))["error"]["code"] == "invalid_input"


async def test_a_command_without_payload_is_an_empty_one() -> None:
    async with a_door() as stage, talker(stage) as client:
        assert (await client.refusal("echo.say"))["details"] == {"fields": [{"field": "text", "problem": "missing"}]}
        assert (await client.ask("echo.learn"))["success"] is True


async def test_what_was_wrong_is_not_repeated() -> None:
    async with a_door() as stage, talker(stage) as client:
        assert "hush" not in json.dumps(await client.refusal("echo.say", {"text": ["hush"]}))


async def test_a_named_error_carries_its_facts() -> None:
    async with a_door() as stage, talker(stage) as client:
        assert (await client.refusal("echo.miss"))["details"] == {"what": "lesson"}
        assert (await client.refusal("echo.busy"))["details"] == {"retry_after_s": 7}


@pytest.mark.parametrize("command", ["echo.break", "echo.cancel", "echo.late"])
async def test_a_handler_that_breaks_is_answered_and_nothing_of_it_leaks(
    command: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_door() as stage, talker(stage) as client:
        with caplog.at_level(logging.CRITICAL):
            answer = await client.ask(command)
        assert answer["error"]["code"] == "internal"
        assert "sauce" not in json.dumps(answer)
        assert (await client.ask("echo.say", {"text": "still here"}))["success"] is True


async def test_the_sentence_is_in_the_callers_language() -> None:
    async with a_door() as stage, talker(stage, "bob:student:en") as one, talker(stage, "ming:student:zh") as other:
        english, chinese = [(await client.refusal("no.such"))["message"] for client in (one, other)]
    assert english.isascii()
    assert not chinese.isascii()


async def test_another_role_is_not_allowed() -> None:
    async with a_door() as stage, talker(stage) as student, talker(stage, "wang:teacher:zh") as teacher:
        assert (await student.refusal("echo.teach"))["code"] == "not_allowed"
        assert (await teacher.refusal("echo.learn"))["code"] == "not_allowed"
        assert (await student.ask("echo.learn"))["success"] is True
        assert (await teacher.ask("echo.teach"))["success"] is True


async def test_the_role_is_asked_before_the_payload_is_looked_at() -> None:
    async with a_door() as stage, talker(stage) as student:
        assert (await student.refusal("echo.teach", {"nonsense": 1}))["code"] == "not_allowed"


# In order, and bounded


async def test_the_commands_of_one_socket_run_one_after_another() -> None:
    async with a_door() as stage, talker(stage) as client:
        first = await client.send("echo.wait", {"text": "first"})
        last = [await client.send("echo.say", {"text": str(number)}) for number in range(20)][-1]
        stage.go_on.set()
        await client.answer(first)
        await client.answer(last)
        assert stage.said == ["first", *map(str, range(20))]


async def test_the_sockets_do_not_wait_for_each_other() -> None:
    async with a_door() as stage, talker(stage) as slow, talker(stage) as quick:
        waiting = await slow.send("echo.wait", {"text": "slow"})
        assert (await quick.ask("echo.say", {"text": "quick"}))["success"] is True
        stage.go_on.set()
        assert (await slow.answer(waiting))["success"] is True


async def test_too_many_waiting_commands_are_refused_and_the_others_run() -> None:
    async with a_door() as stage, talker(stage) as client:
        await client.send("echo.wait", {"text": "first"})
        await until(lambda: all(not peer.inbox and peer.worker for peer in stage.door.peers.values()))
        for number in range(MAX_WAITING):
            await client.send("echo.say", {"text": str(number)})
        error = await client.refusal("echo.say", {"text": "one too many"})
        assert (error["code"], error["details"]) == ("busy", {"retry_after_s": 1})
        stage.go_on.set()
        await client.answer(MAX_WAITING + 1)
        assert stage.said == ["first", *map(str, range(MAX_WAITING))]


async def test_what_waits_is_forgotten_when_the_socket_goes() -> None:
    async with a_door() as stage:
        async with talker(stage) as client:
            await client.send("echo.wait", {"text": "running"})
            await until(lambda: all(not peer.inbox and peer.worker for peer in stage.door.peers.values()))
            await client.send("echo.say", {"text": "waiting"})
            await until(lambda: any(peer.inbox for peer in stage.door.peers.values()))
        await until(lambda: not stage.door.peers)
        stage.go_on.set()
        await until(lambda: stage.said == ["running"])
        assert stage.rooms.count == 0


# Being admitted


@pytest.mark.parametrize(
    "auth", [None, {}, [], "x", {"token": None}, {"token": 7}, {"token": ""}, {"token": "x" * 5000}], ids=repr
)
async def test_without_a_good_token_nobody_is_admitted(auth: Any) -> None:
    async with a_door() as stage:
        error = await refused(stage, auth)
        assert error["code"] == "unauthenticated"
        assert error["message"]
        await until(lambda: not stage.transport.lines)
        assert stage.door.peers == {}


async def test_a_door_without_keeper_lets_nobody_in() -> None:
    async with a_door() as stage:
        stage.door._authenticate = None
        assert (await refused(stage, {"token": "ming:student:zh"}))["code"] == "unauthenticated"


async def test_a_closed_door_sends_everybody_away() -> None:
    async with a_door() as stage:
        stage.door.open = False
        assert (await refused(stage, {"token": "ming:student:zh"}))["code"] == "stopping"


async def test_a_user_with_one_socket_too_many_loses_the_oldest() -> None:
    async with a_door(limits=SocketLimits(per_user=2)) as stage:
        async with (
            talker(stage) as oldest,
            talker(stage) as older,
            talker(stage, "bob:student:en") as other,
            talker(stage) as newest,
        ):
            assert await oldest.frames.until_cut() == ['42["bye",{"code":"replaced","after_ms":0}]', "1"]
            for client in (older, newest, other):
                assert (await client.ask("echo.say", {"text": "here"}))["success"] is True
        await until(lambda: not stage.door.peers)


async def test_a_phone_that_flaps_comes_in_every_time() -> None:
    async with a_door(limits=SocketLimits(per_user=2)) as stage, AsyncExitStack() as phones:
        for _ in range(10):
            newest = await phones.enter_async_context(talker(stage))
            assert (await newest.ask("echo.say", {"text": "here"}))["success"] is True
        await until(lambda: len(stage.door.peers) == 2)


@pytest.mark.parametrize("fault", [OSError("redis"), asyncio.CancelledError()], ids=repr)
async def test_a_fault_while_admitting_leaves_nobody_inside(fault: BaseException) -> None:
    async with a_door(limits=SocketLimits(per_user=1)) as stage:
        enter = stage.rooms.enter

        async def fail(sid: str, caller: Caller, room: str) -> None:
            await enter(sid, caller, room)
            raise fault

        stage.rooms.enter = fail  # type: ignore[method-assign]  # the fault of a moment
        assert (await refused(stage, {"token": "ming:student:en"}))["code"] == Internal.code
        stage.rooms.enter = enter  # type: ignore[method-assign]  # and its end
        await until(lambda: not stage.transport.lines)
        assert (stage.door.peers, stage.rooms.count) == ({}, 0)
        async with talker(stage):
            pass


async def test_an_admission_that_takes_too_long_leaves_nobody_inside() -> None:
    async with a_door(connect_s=0.1) as stage:
        enter = stage.rooms.enter

        async def hang(sid: str, caller: Caller, room: str) -> None:
            await enter(sid, caller, room)
            await asyncio.Event().wait()

        stage.rooms.enter = hang  # type: ignore[method-assign]  # the fault of a moment
        async with frames(stage.address) as client:
            await client.hear()
            await client.say('40{"token":"ming:student:en"}')
            assert not [frame for frame in await client.until_cut() if frame.startswith("40")]
        await until(lambda: not stage.transport.lines)
        assert (stage.door.peers, stage.rooms.count) == ({}, 0)


# Being told


class Rang(Event):
    event: ClassVar[str] = "bell.rang"
    times: int


async def test_everybody_who_was_admitted_is_told_and_nobody_else() -> None:
    async with (
        a_door() as stage,
        talker(stage) as one,
        talker(stage, "bob:student:en") as other,
        frames(stage.address) as stranger,
    ):
        await stranger.hear()
        stage.door.tell_all(Rang(times=2))
        assert await one.frames.hear() == await other.frames.hear() == '42["bell.rang",{"times":2}]'
        await stranger.say('40{"token":"eve:student:en"}')
        assert (await stranger.hear()).startswith("40")


async def test_a_greeting_follows_the_admission() -> None:
    async with a_door() as stage:
        stage.door.greet_with(lambda: Rang(times=1))
        async with talker(stage) as client:
            assert await client.frames.hear() == '42["bell.rang",{"times":1}]'


async def test_a_goodbye_to_many_spreads_their_return() -> None:
    async with a_door(limits=SocketLimits(per_user=100)) as stage, AsyncExitStack() as clients:
        heard = [await clients.enter_async_context(talker(stage)) for _ in range(12)]
        await stage.door.say_bye_to(stage.door.peers, "restart", 3000)
        byes = [json.loads((await client.frames.until_cut())[0][2:])[1] for client in heard]
        assert {bye["code"] for bye in byes} == {"restart"}
        moments = [bye["after_ms"] for bye in byes]
        assert all(0 <= moment <= 3000 for moment in moments)
        assert len(set(moments)) > 6
        await until(lambda: not stage.door.peers)


async def test_a_client_that_is_refused_again_and_again_costs_one_line_and_a_number() -> None:
    with capture_logs() as logged:
        async with a_door() as stage:
            async with talker(stage) as client:
                for number in range(20):
                    await client.refusal("no.such", {"n": number})
            await until(lambda: not stage.door.peers)
    assert [entry["event"] for entry in logged] == ["socket_connected", "command_refused", "socket_disconnected"]
    assert logged[-1]["refused"] == 20


# Too fast


async def test_a_burst_is_taken_and_what_is_more_is_refused() -> None:
    async with a_door(limits=SocketLimits(events_per_s=1, events_burst=5)) as stage, talker(stage) as client:
        asked = [await client.send("echo.say", {"text": str(number)}) for number in range(8)]
        answers = [await client.answer(number) for number in sorted(asked[5:])]
        assert {answer["error"]["code"] for answer in answers} == {"rate_limited"}
        assert {json.dumps(answer["error"]["details"]) for answer in answers} == {
            '{"retry_after_s": 1, "what": "events"}'
        }
        assert answers[0]["error"]["message"].isascii()
        await until(lambda: len(stage.said) == 5)
        stage.clock.advance(3)
        assert (await client.ask("echo.say", {"text": "later"}))["success"] is True


async def test_one_socket_that_is_too_fast_holds_up_no_other() -> None:
    one_a_second = SocketLimits(events_per_s=1, events_burst=1)
    async with a_door(limits=one_a_second) as stage, talker(stage) as fast, talker(stage) as calm:
        assert (await fast.ask("echo.learn"))["success"] is True
        assert (await fast.refusal("echo.learn"))["code"] == "rate_limited"
        assert (await calm.ask("echo.learn"))["success"] is True


async def test_a_socket_that_floods_on_is_sent_away() -> None:
    async with a_door(limits=SocketLimits(events_per_s=1, events_burst=4)) as stage:
        async with talker(stage) as client:
            await client.frames.say(*['42["echo.say",{"text":"x"}]'] * (4 + 20 + 1))
            heard = await client.frames.until_cut()
            assert heard == ['42["bye",{"code":"rate_limited","after_ms":30000}]', "1"]
        await until(lambda: not stage.door.peers)
        assert len(stage.said) <= 4


async def test_a_socket_that_is_a_little_too_fast_is_only_refused() -> None:
    async with a_door(limits=SocketLimits(events_per_s=1, events_burst=4)) as stage, talker(stage) as client:
        for _ in range(10):
            for _ in range(6):
                await client.ask("echo.learn")
            stage.clock.advance(4)
        assert (await client.ask("echo.learn"))["success"] is True


# The end of a token


async def test_an_expired_token_says_bye_and_closes() -> None:
    async with a_door() as stage:
        stage.lives["ming"] = 0.2
        async with talker(stage) as client:
            heard = await client.frames.until_cut()
            assert [json.loads(frame[2:]) for frame in heard if frame.startswith("42")] == [
                ["bye", {"code": "token_expired", "after_ms": 0}]
            ]
        await until(lambda: not stage.transport.lines)
        assert (stage.door.peers, stage.rooms.count) == ({}, 0)


async def test_no_command_runs_after_the_token_has_expired() -> None:
    async with a_door() as stage, talker(stage) as client:
        stage.clock.advance(3601)
        assert (await client.refusal("echo.say", {"text": "late"}))["code"] == "token_expired"
        assert stage.said == []


async def test_a_renewed_token_keeps_the_socket() -> None:
    async with a_door() as stage:
        stage.lives["ming"] = 0.2
        async with talker(stage) as client:
            (sid,) = stage.door.peers
            stage.lives["ming"] = 3600
            stage.door.renew(sid, await stage.authenticate("ming:student:en"))
            await asyncio.sleep(0.3)
            assert (await client.ask("echo.say", {"text": "on"}))["success"] is True


async def test_the_end_of_a_sign_in_closes_its_sockets_and_no_others() -> None:
    async with a_door() as stage:
        async with talker(stage) as mine, talker(stage, "bob:student:en") as other:
            assert stage.door.sessions() == {"session-ming", "session-bob"}
            stage.door.end_session("session-ming", "session_ended")
            heard = await mine.frames.until_cut()
            assert heard[0] == '42["bye",{"code":"session_ended","after_ms":0}]'
            assert (await other.ask("echo.say", {"text": "here"}))["success"] is True
        await until(lambda: not stage.door.peers)


# On a whole server


async def test_a_token_of_the_same_sign_in_renews_the_socket(people: People) -> None:
    student = await people.student()
    socket = await student.connect()
    fresh = await student.call("POST", "/auth/refresh", {"refresh_token": student.refresh_token})
    renewed = await socket.ask("session.renew", token=fresh["access_token"])
    assert 800 < renewed["expires_in"] <= 900


async def test_the_token_of_somebody_else_or_another_sign_in_renews_nothing(people: People) -> None:
    student, other = await people.student(), await people.student()
    again = await people.sign_in(student.user["username"])
    socket = await student.connect()
    for token in (other.access_token, again.access_token, student.refresh_token, "nonsense"):
        with pytest.raises(Refused, match="unauthenticated"):
            await socket.ask("session.renew", token=token)


async def test_the_sixth_socket_of_a_user_takes_the_place_of_the_first(people: People) -> None:
    student = await people.student()
    first, *others = [await student.connect() for _ in range(5)]
    sixth = await student.connect()
    assert await first.until("bye") == {"code": "replaced", "after_ms": 0}
    await first.until_gone()
    assert all(socket.client.connected for socket in (*others, sixth))


async def test_a_short_token_ends_with_a_bye(server: Server, serve: Any) -> None:
    short = await serve(accounts={"access_minutes": 0.04})
    async with People(short) as people:
        socket = await (await people.student()).connect()
        assert await socket.until("bye") == {"code": "token_expired", "after_ms": 0}
        await socket.until_gone()


async def test_fifty_sockets_leave_nothing_behind(serve: Any) -> None:
    own = await serve()
    async with People(own) as people:
        students = [await people.student() for _ in range(10)]

        async def come_and_go(student: Person) -> None:
            socket = await connect(own, {"token": student.access_token})
            await student.converse(socket)
            await socket.close()

        await asyncio.gather(*(come_and_go(student) for student in students for _ in range(5)))
        door = own.app[DOOR]
        await until(lambda: not door.peers)
        await until(lambda: not door._transport.lines)
        assert (door._rooms.count, door._rooms._rooms_of, door._transport._admitted) == (0, {}, {})
