"""What a service's payloads, statuses and headers mean to us."""

import json

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.ai.completion import Completion, refusal, retry_after_s
from tutor.ai.errors import (
    ModelCut,
    ModelError,
    ModelGarbled,
    ModelOverloaded,
    ModelRejected,
    ModelUnavailable,
)
from tutor.ai.model import Usage


def a_choice(delta: object, reason: object = None) -> bytes:
    return orjson.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})


@pytest.mark.parametrize(
    ("delta", "token"),
    [
        ({"content": "解"}, "解"),
        ({"content": ""}, None),
        ({"content": None}, None),
        ({"role": "assistant"}, None),
        ({"content": None, "reasoning_content": "hm"}, ""),
        ({"reasoning": "hm"}, ""),
        ({"content": 7}, None),
        ({"content": [{"text": "x"}]}, None),
        ("text", None),
        (None, None),
    ],
)
def test_a_delta_is_a_token_shown_a_token_hidden_or_none(delta: object, token: str | None) -> None:
    assert Completion(100).add(a_choice(delta)) == token


@pytest.mark.parametrize(
    "payload",
    [b"{}", b'{"choices": []}', b'{"choices": null}', b'{"choices": {}}', b'{"choices": [7]}', b'{"error": null}'],
)
def test_an_object_without_a_choice_says_nothing(payload: bytes) -> None:
    reply = Completion(100)
    assert reply.add(payload) is None
    assert reply.reason is None


@pytest.mark.parametrize(
    "payload",
    [b"{", b"", b"[]", b"7", b'"text"', b"null", b"\xff", b'{"choices": [{"delta": {"content": "\\ud83d"}}]}'],
)
def test_what_is_no_json_object_is_garbled(payload: bytes) -> None:
    with pytest.raises(ModelGarbled):
        Completion(100).add(payload)


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"error": {"message": "it fell over"}}, ModelGarbled),
        ({"error": "it fell over"}, ModelGarbled),
        ({"object": "error", "message": "it fell over", "code": 40303}, ModelGarbled),
        ({"error": {"message": "Rate limit reached"}}, ModelOverloaded),
        ({"error": {"code": 429, "message": "slow down"}}, ModelOverloaded),
        ({"error": {"type": "overloaded_error"}}, ModelOverloaded),
        ({"object": "error", "message": "Too Many Requests"}, ModelOverloaded),
    ],
)
def test_an_error_object_is_raised(payload: object, kind: type[ModelError]) -> None:
    with pytest.raises(ModelError) as raised:
        Completion(100).add(orjson.dumps(payload))
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "filtered"),
        ("tool_calls", "stop"),
        ("eos", "stop"),
        (7, "stop"),
        ("", None),
        (None, None),
    ],
)
def test_a_finish_reason_ends_the_reply(said: object, meant: str | None) -> None:
    reply = Completion(100)
    reply.add(a_choice({}, said))
    assert reply.reason == meant


def test_the_last_choice_may_bring_text_with_its_reason() -> None:
    reply = Completion(100)
    assert reply.add(a_choice({"content": "end"}, "stop")) == "end"
    assert reply.reason == "stop"


def test_a_plain_answer_is_read_like_a_chunk() -> None:
    reply = Completion(100)
    body = {"choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}}
    assert reply.add(orjson.dumps(body)) == "hello"
    assert (reply.reason, reply.usage) == ("stop", Usage(3, 0))


def test_done_ends_a_complete_reply() -> None:
    reply = Completion(100)
    reply.add(a_choice({}, "stop"))
    assert reply.add(b"[DONE]") is None
    assert reply.done


def test_done_without_a_finish_reason_is_a_cut() -> None:
    with pytest.raises(ModelCut):
        Completion(100).add(b"[DONE]")


@pytest.mark.parametrize(
    ("usage", "meant"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 8}, Usage(5, 8)),
        ({"prompt_tokens": None, "completion_tokens": "8"}, Usage(0, 0)),
        (7, Usage(0, 0)),
        (None, Usage(0, 0)),
    ],
)
def test_usage_is_what_the_service_counted(usage: object, meant: Usage) -> None:
    reply = Completion(100)
    reply.add(orjson.dumps({"choices": [], "usage": usage}))
    assert reply.usage == meant


def test_a_running_usage_counts_as_last_heard() -> None:
    reply = Completion(100)
    for count in (1, 2, 3):
        reply.add(orjson.dumps({"choices": [], "usage": {"completion_tokens": count}}))
    reply.add(orjson.dumps({"choices": [], "usage": None}))
    assert reply.usage == Usage(0, 3)


def test_a_reply_ends_as_length_at_its_limit() -> None:
    reply = Completion(5)
    assert reply.add(a_choice({"content": "abc"})) == "abc"
    assert reply.add(a_choice({"content": "def"})) == "de"
    assert (reply.reason, reply.done) == ("length", True)


def test_a_reply_that_just_fits_goes_on() -> None:
    reply = Completion(3)
    reply.add(a_choice({"content": "abc"}))
    assert reply.reason is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, ModelRejected),
        (400, ModelRejected),
        (401, ModelRejected),
        (404, ModelRejected),
        (429, ModelOverloaded),
        (500, ModelUnavailable),
        (503, ModelUnavailable),
        (529, ModelUnavailable),
    ],
)
def test_a_status_that_is_no_success_has_its_error(status: int, kind: type[ModelError]) -> None:
    error = refusal(httpx.Response(status))
    assert type(error) is kind
    assert error.facts["status"] == status


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("-3", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("Sun, 22 Nov 2026 10:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 10:00:30", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float) -> None:
    headers = httpx.Headers({"retry-after": value, "date": "Sun, 22 Nov 2026 10:00:00 GMT"})
    assert retry_after_s(headers) == seconds


def test_a_retry_date_means_nothing_without_the_date_of_the_response() -> None:
    assert retry_after_s(httpx.Headers({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT"})) == 0.0


# Payloads that differ in their text only are not read as JSON: whatever the text, nothing may tell

TOKENS = st.lists(
    st.text(st.characters(codec="utf-8"), min_size=1)
    | st.sampled_from(["解", 'a"b', "\\", "\\n", "\n", "{}", '","x":"']),
    min_size=1,
)


@given(TOKENS, st.sampled_from(["id", "content", "创建"]), st.booleans())
def test_tokens_in_payloads_of_one_form_are_what_json_says(tokens: list[str], key: str, compact: bool) -> None:
    reply = Completion(10**6)
    for token in tokens:
        chunk = {key: "7", "choices": [{"index": 0, "delta": {"content": token}, "finish_reason": None}], "x": None}
        payload = orjson.dumps(chunk) if compact else json.dumps(chunk).encode()
        assert reply.add(payload) == token


def test_a_payload_of_a_known_form_is_poured_and_any_other_is_read() -> None:
    reply = Completion(100)
    first, second = a_choice({"content": "one"}), a_choice({"content": "二"})
    assert reply.add(first) == "one"
    assert reply._poured(second) == "二"
    assert reply._poured(second[:-1]) is None
    assert reply._poured(first.replace(b"one", b"")) is None
    assert reply._poured(first.replace(b"one", b"\xff")) is None
    assert reply._poured(first.replace(b"one", b'a","b":"c')) is None
    assert reply.add(a_choice({"content": "end"}, "stop")) == "end"
    assert reply.reason == "stop"


def test_a_poured_token_counts_like_any_other() -> None:
    reply = Completion(5)
    assert [reply.add(a_choice({"content": text})) for text in ("ab", "cd", "ef")] == ["ab", "cd", "e"]
    assert (reply.reason, reply.done) == ("length", True)
