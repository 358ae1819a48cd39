"""The client for OpenAI-compatible services, against the scripted service on a real port."""

import asyncio
import logging
import socket
import time
from contextlib import aclosing

import orjson
import pytest

from tests.ai.factories import KEY, QUESTION, MakeModel, a_prompt, failure_of, outcome_of, some_settings
from tests.live.fake_ai import FakeAI
from tests.live.fake_wire import Script
from tutor.ai.errors import (
    ModelCut,
    ModelError,
    ModelGarbled,
    ModelOverloaded,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
)
from tutor.ai.model import Finish, Piece, Usage
from tutor.ai.openai import OpenAIModel


async def test_the_request_is_a_streamed_chat_completion(fake: FakeAI, model: OpenAIModel) -> None:
    await outcome_of(model)
    assert fake.last.body == {
        "model": "fake-1",
        "messages": [
            {"role": "system", "content": "You are a tutor."},
            {"role": "user", "content": "hello"},
            {"role": "assistant", "content": "你好"},
            {"role": "user", "content": QUESTION},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 64,
        "temperature": 0.3,
    }
    assert fake.last.headers["Content-Type"] == "application/json"


async def test_the_key_goes_as_a_bearer_token(fake: FakeAI, model: OpenAIModel) -> None:
    await outcome_of(model)
    assert fake.last.headers["Authorization"] == f"Bearer {KEY}"


async def test_without_a_key_no_authorization_is_sent(fake: FakeAI, make_model: MakeModel) -> None:
    await outcome_of(make_model(api_key=None))
    assert "Authorization" not in fake.last.headers


async def test_a_trailing_slash_of_the_address_is_tolerated(fake: FakeAI, make_model: MakeModel) -> None:
    assert (await outcome_of(make_model(fake.base_url + "/"))).finish


async def test_nothing_but_system_and_turns_leaves_the_house(fake: FakeAI, model: OpenAIModel) -> None:
    fake.next(Script("echo"))
    prompt = a_prompt(question="BARE", turns=(), earlier=("EARLIER",), subject="SUBJECT", version="VERSION")
    reply = await outcome_of(model, prompt)
    assert orjson.loads(reply.text) == fake.last.body
    assert not [word for word in ("BARE", "EARLIER", "SUBJECT", "VERSION", "zh", "guide") if word in reply.text]


@pytest.mark.parametrize(
    "script",
    [
        Script(),
        Script("slow_first", first_s=0.1),
        Script("slow_each", delay_s=0.01),
        Script("half_utf8", tokens=24),
        Script("comments"),
        Script("usage_after"),
        Script("no_done"),
        Script("plain_json"),
        Script("thinking"),
        Script("no_stream_options"),
        Script(tokens=500),
        Script(tokens=0),
    ],
    ids=lambda script: f"{script.name}-{script.tokens}",
)
async def test_a_whole_reply_is_byte_equal_to_what_was_sent(fake: FakeAI, model: OpenAIModel, script: Script) -> None:
    fake.default = script
    reply = await outcome_of(model)
    assert reply.error is None
    assert reply.text == fake.last.text
    assert len(fake.last.text) >= len(script.text)


async def test_a_question_can_choose_the_script_of_the_fake_service(fake: FakeAI, model: OpenAIModel) -> None:
    reply = await failure_of(model, ModelCut, a_prompt("please [[cut_after n=2 delay_s=0.01]] now"))
    assert (fake.last.script, reply.pieces) == (Script("cut_after", n=2, delay_s=0.01), 2)


@pytest.mark.parametrize(("language", "asked"), [("zh", "请从断开的那个字之后"), ("en", "repeat nothing")])
async def test_a_reply_that_broke_off_is_sent_along_with_the_wish_for_its_rest(
    fake: FakeAI, model: OpenAIModel, language: str, asked: str
) -> None:
    await outcome_of(model, a_prompt(so_far="先看 $x", language=language))
    match fake.last.body:
        case {"messages": [*_, {"content": question}, so_far, {"role": "user", "content": str(wish)}]}:
            assert (question, so_far) == (QUESTION, {"role": "assistant", "content": "先看 $x"})
            assert asked in wish
            assert "{" not in wish
        case other:
            pytest.fail(str(other))


@pytest.mark.parametrize("shown", [1, 9, 40])
async def test_a_reply_goes_on_where_it_broke_off(fake: FakeAI, model: OpenAIModel, shown: int) -> None:
    fake.default = Script("go_on")
    whole = Script().text
    reply = await outcome_of(model, a_prompt(so_far=whole[:shown]))
    assert reply.text == whole[shown:]


async def test_pieces_come_as_the_tokens_do(fake: FakeAI, model: OpenAIModel) -> None:
    fake.next(Script("slow_each", tokens=4, delay_s=0.05))
    async with aclosing(model.stream(a_prompt())) as stream:
        pieces = [await anext(stream) for _ in range(3)]
        assert pieces == [Piece(text) for text in fake.last.sent[:3]]


async def test_what_one_read_brings_is_one_piece(fake: FakeAI, model: OpenAIModel) -> None:
    fake.next(Script("burst", tokens=200))
    reply = await outcome_of(model)
    assert reply.text == fake.last.script.text
    assert reply.pieces <= 3


async def test_text_before_a_fault_in_the_same_read_is_given_first(fake: FakeAI, model: OpenAIModel) -> None:
    fake.next(Script("burst", tokens=5, reason="garbage"))
    reply = await failure_of(model, ModelGarbled)
    assert reply.text == fake.last.text != ""


@pytest.mark.parametrize("name", ["ok", "usage_after", "plain_json"])
async def test_the_finish_says_who_wrote_and_what_it_cost(fake: FakeAI, model: OpenAIModel, name: str) -> None:
    fake.next(Script(name, tokens=9))
    assert (await outcome_of(model)).finish == Finish("stop", "fakery", "fake-1", Usage(7, 9))


@pytest.mark.parametrize("name", ["no_done", "hang_after_finish"])
async def test_a_finished_reply_is_complete_without_its_usage(fake: FakeAI, model: OpenAIModel, name: str) -> None:
    fake.next(Script(name))
    reply = await outcome_of(model)
    assert reply.finish == Finish("stop", "fakery", "fake-1", Usage())
    assert reply.text == fake.last.script.text


@pytest.mark.parametrize(("said", "meant"), [("length", "length"), ("content_filter", "filtered"), ("eos", "stop")])
async def test_the_reason_of_the_service_is_kept(fake: FakeAI, model: OpenAIModel, said: str, meant: str) -> None:
    fake.next(Script(reason=said))
    finish = (await outcome_of(model)).finish
    assert finish
    assert finish.reason == meant


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (Script("garbage"), ModelGarbled),
        (Script("bad_utf8"), ModelGarbled),
        (Script("giant_line"), ModelGarbled),
        (Script("error_in_stream"), ModelGarbled),
        (Script("error_in_stream", message="rate limit reached"), ModelOverloaded),
        (Script("cut_after"), ModelCut),
        (Script("cut_in_character"), ModelCut),
        (Script("reset_after"), ModelCut),
        (Script("no_finish_reason"), ModelCut),
        (Script("no_end"), ModelCut),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_a_fault_in_the_stream_keeps_the_text_before_it(
    fake: FakeAI, model: OpenAIModel, script: Script, kind: type[ModelError]
) -> None:
    fake.next(script)
    reply = await failure_of(model, kind)
    assert reply.text == fake.last.text != ""


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (Script("empty_200"), ModelCut),
        (Script("plain_error"), ModelGarbled),
        (Script("plain_error", message="Too many requests"), ModelOverloaded),
        (Script("http", status=200, body=""), ModelCut),
        (Script("http", status=200, body="<html>"), ModelGarbled),
        (Script("http", status=200, body="[" * 2_000_000), ModelGarbled),
        (Script("no_end", tokens=0), ModelCut),
        (Script("cut_after", n=0), ModelUnavailable),
        (Script("reset_after", n=0), ModelUnavailable),
        (Script("error_in_stream", n=0), ModelGarbled),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_a_fault_before_the_first_token_shows_nothing(
    fake: FakeAI, model: OpenAIModel, script: Script, kind: type[ModelError]
) -> None:
    fake.next(script)
    reply = await failure_of(model, kind)
    assert reply.text == ""


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, ModelRejected),
        (400, ModelRejected),
        (401, ModelRejected),
        (404, ModelRejected),
        (422, ModelRejected),
        (429, ModelOverloaded),
        (500, ModelUnavailable),
        (503, ModelUnavailable),
    ],
)
async def test_a_refusal_has_its_error_and_is_asked_once(
    fake: FakeAI, model: OpenAIModel, status: int, kind: type[ModelError]
) -> None:
    fake.default = Script("http", status=status)
    reply = await failure_of(model, kind)
    assert reply.error
    assert reply.error.facts["status"] == status
    assert len(fake.heard) == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_kept_as_a_fact(fake: FakeAI, model: OpenAIModel, status: int) -> None:
    fake.next(Script("http", status=status, retry_after="17"))
    error = (await outcome_of(model)).error
    assert error
    assert error.facts["retry_after_s"] == 17.0


async def test_a_service_without_stream_options_is_asked_without_from_then_on(fake: FakeAI, model: OpenAIModel) -> None:
    fake.default = Script("no_stream_options")
    assert (await outcome_of(model)).finish
    assert (await outcome_of(model)).finish
    assert ["stream_options" in heard.body for heard in fake.heard] == [True, False, False]


async def test_a_refusal_that_only_repeats_the_request_changes_nothing(fake: FakeAI, model: OpenAIModel) -> None:
    refused = Script("http", status=400, body='{"error": "bad request: {stream_options: ...}"}')
    fake.next(refused, refused)
    await failure_of(model, ModelRejected)
    await outcome_of(model)
    assert ["stream_options" in heard.body for heard in fake.heard] == [True, False, True]


async def test_a_refusal_without_a_word_is_a_refusal(fake: FakeAI, model: OpenAIModel) -> None:
    fake.next(Script("http", status=400, body=""))
    await failure_of(model, ModelRejected)
    assert len(fake.heard) == 1


async def test_a_reply_is_cut_off_as_length_at_its_limit(fake: FakeAI, make_model: MakeModel) -> None:
    fake.next(Script("hang_after", tokens=40, n=40))
    reply = await outcome_of(make_model(max_reply_chars=50))
    assert reply.text == fake.last.script.text[:50]
    assert reply.finish
    assert reply.finish.reason == "length"


@pytest.mark.parametrize(
    ("script", "stage"),
    [
        (Script("hang_before_headers"), "first_token"),
        (Script("hang_after", n=0), "first_token"),
        (Script("slow_first", first_s=5.0), "first_token"),
        (Script("trickle", n=0), "first_token"),
        (Script("hang_after", n=3), "between_tokens"),
        (Script("trickle", n=3), "between_tokens"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_a_silent_service_is_given_up_at_its_deadline(
    fake: FakeAI, make_model: MakeModel, script: Script, stage: str
) -> None:
    fake.next(script)
    began = time.monotonic()
    reply = await failure_of(make_model(first_token_s=0.2, between_tokens_s=0.2), ModelTimeout)
    assert reply.error
    assert reply.error.facts == {"stage": stage}
    assert reply.text == fake.last.text
    assert 0.15 < time.monotonic() - began < 3.0


@pytest.mark.parametrize("script", [Script("slow_each", tokens=1000, delay_s=0.02), Script("hang_before_headers")])
async def test_no_stream_is_longer_than_its_total(fake: FakeAI, make_model: MakeModel, script: Script) -> None:
    fake.next(script)
    reply = await failure_of(make_model(total_s=0.3), ModelTimeout)
    assert reply.error
    assert reply.error.facts == {"stage": "total"}


async def test_a_thinking_model_is_not_silent(fake: FakeAI, make_model: MakeModel) -> None:
    fake.next(Script("thinking", n=6, first_s=0.1))
    assert (await outcome_of(make_model(first_token_s=0.4, between_tokens_s=0.4))).finish


async def test_a_slow_reader_is_no_silent_service(fake: FakeAI, make_model: MakeModel) -> None:
    fake.next(Script("slow_each", tokens=4, delay_s=0.1))
    async with aclosing(make_model(between_tokens_s=0.3).stream(a_prompt())) as stream:
        items = []
        async for item in stream:
            items.append(item)
            if len(items) == 1:
                await asyncio.sleep(0.5)
    assert isinstance(items[-1], Finish)


async def test_a_port_where_nobody_listens_is_unavailable(make_model: MakeModel) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        await failure_of(make_model(f"http://127.0.0.1:{probe.getsockname()[1]}/v1"), ModelUnavailable)


async def test_a_host_that_never_accepts_is_given_up_at_the_connect_deadline(make_model: MakeModel) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        model = make_model(f"http://127.0.0.1:{full.getsockname()[1]}/v1", connect_s=0.2)
        reply = await failure_of(model, ModelTimeout)
    assert reply.error
    assert reply.error.facts == {"stage": "connect"}


async def test_a_server_that_speaks_no_http_is_unavailable(make_model: MakeModel) -> None:
    async def rubbish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(rubbish, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await failure_of(make_model(f"http://127.0.0.1:{port}/v1"), ModelUnavailable)


@pytest.mark.parametrize("script", [Script(), Script("http", status=401), Script("garbage"), Script("hang_after", n=1)])
async def test_neither_key_nor_prompt_is_written_to_a_log_or_an_error(
    fake: FakeAI, make_model: MakeModel, caplog: pytest.LogCaptureFixture, script: Script
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.next(script)
    outcome = await outcome_of(make_model(between_tokens_s=0.1))
    seen = f"{caplog.text} {outcome.error!r} {outcome.error and outcome.error.facts} {some_settings('http://x/v1')!r}"
    assert KEY not in seen
    assert "sky" not in seen
