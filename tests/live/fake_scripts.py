"""Every way an AI service answers, well or badly, one short script each. Used by `fake_ai.py`."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import orjson

from tests.live.fake_wire import Wire, chunk, word

_MARK = re.compile(r"〔[^〕]+〕")


async def _ok(wire: Wire) -> None:
    await wire.head(wire.script.tokens)
    await wire.tail()


async def _burst(wire: Wire) -> None:
    """Everything in one write, as a service sends that is ahead of its reader; `reason=garbage` spoils the end."""
    await wire.begin()
    events: list[object] = []
    for i in range(wire.script.tokens):
        wire.heard.sent.append(word(i))
        events.append(chunk([{"index": 0, "delta": {"content": word(i)}}]))
    if wire.script.reason == "garbage":
        events.append("no object")
    else:
        events.append(chunk([{"index": 0, "delta": {}, "finish_reason": wire.script.reason}]))
    await wire.raw(b"".join(b"data: " + orjson.dumps(event) + b"\n\n" for event in events) + b"data: [DONE]\n\n")


async def _cut_in_character(wire: Wire) -> None:
    """The connection ends inside a character of a token."""
    await wire.head(wire.script.n)
    data = b"data: " + orjson.dumps(chunk([{"index": 0, "delta": {"content": "角"}}]))
    await wire.raw(data[: data.index("角".encode()) + 1])
    await asyncio.sleep(0.02)
    wire.drop(reset=False)


async def _go_on(wire: Wire) -> None:
    """Continues the text so far (the last turn of the assistant) with the rest of the script's text, or begins it."""
    await wire.begin()
    so_far = _last_of(wire.heard.body, "assistant")
    text = wire.script.text
    for character in text.removeprefix(so_far):
        await wire.text(character)
        await asyncio.sleep(wire.script.delay_s)
    await wire.tail()


async def _obedient(wire: Wire) -> None:
    """Says back what the student's turn says, as a model would that obeys every order in it."""
    await wire.begin()
    await wire.text(_last_of(wire.heard.body, "user") or "?")
    await wire.tail()


async def _says(wire: Wire) -> None:
    """The script's own words, a few characters at a time."""
    await wire.begin()
    await _spell(wire, wire.script.say)
    await wire.tail()


async def _minds(wire: Wire) -> None:
    """What the script's mind makes of the request, in two pieces."""
    await wire.begin()
    await asyncio.sleep(wire.script.first_s)
    said = wire.script.mind(wire.heard.body) if wire.script.mind else "?"
    for piece in filter(None, (said[: len(said) // 2], said[len(said) // 2 :])):
        await wire.text(piece)
    await wire.tail()


async def _tells(wire: Wire) -> None:
    """The script's own words, then all that its instructions are, as a model would that keeps nothing to itself."""
    await wire.begin()
    await _spell(wire, wire.script.say)
    await _spell(wire, _last_of(wire.heard.body, "system"))
    await wire.tail()


async def _spell(wire: Wire, text: str) -> None:
    for start in range(0, len(text), 5):
        await wire.text(text[start : start + 5])
        await asyncio.sleep(wire.script.delay_s)


def _last_of(body: dict[str, object], role: str) -> str:
    match body:
        case {"messages": [*turns]}:
            found = [turn["content"] for turn in turns if isinstance(turn, dict) and turn.get("role") == role]
            return str(found[-1]) if found else ""
    return ""


async def _hang_before_headers(wire: Wire) -> None:
    await _forever()


async def _hang_after(wire: Wire) -> None:
    await wire.head(wire.script.n)
    await _forever()


async def _hang_after_finish(wire: Wire) -> None:
    await wire.head(wire.script.tokens)
    await wire.finish()
    await _forever()


async def _trickle(wire: Wire) -> None:
    """Comments keep coming, tokens do not."""
    await wire.head(wire.script.n)
    while True:
        await wire.raw(b": still here\n\n")
        await asyncio.sleep(0.02)


async def _cut_after(wire: Wire) -> None:
    await wire.head(wire.script.n)
    wire.drop(reset=False)


async def _reset_after(wire: Wire) -> None:
    await wire.head(wire.script.n)
    await asyncio.sleep(0.05)  # a reset throws away what the peer has not read yet
    wire.drop(reset=True)


async def _garbage(wire: Wire) -> None:
    await wire.head(wire.script.n)
    await wire.raw(b'data: {"choices": [{"delta": {"con\n\n')


async def _bad_utf8(wire: Wire) -> None:
    await wire.head(wire.script.n)
    await wire.raw(b'data: {"choices": [{"delta": {"content": "\xe4\xbd"}}]}\n\n')


async def _half_utf8(wire: Wire) -> None:
    """Every event arrives in two pieces, cut inside a character."""
    await wire.begin()
    for i in range(wire.script.tokens):
        text = f"{word(i)}角"
        wire.heard.sent.append(text)
        data = b"data: " + orjson.dumps(chunk([{"index": 0, "delta": {"content": text}}])) + b"\n\n"
        cut = data.index("角".encode()) + 1 + i % 2
        await wire.raw(data[:cut])
        await asyncio.sleep(0.002)  # so that the two are two reads at the other end
        await wire.raw(data[cut:])
    await wire.tail()


async def _giant_line(wire: Wire) -> None:
    await wire.head(wire.script.n)
    for _ in range(16):
        await wire.raw(b"data: " + b"x" * 65_536)


async def _no_done(wire: Wire) -> None:
    await wire.head(wire.script.tokens)
    await wire.finish()


async def _no_finish_reason(wire: Wire) -> None:
    await wire.head(wire.script.tokens)
    await wire.raw(b"data: [DONE]\n\n")


async def _no_end(wire: Wire) -> None:
    await wire.head(wire.script.tokens)


async def _error_in_stream(wire: Wire) -> None:
    await wire.head(wire.script.n)
    await wire.event({"error": {"message": wire.script.message, "type": "server_error", "code": 500}})


async def _empty_200(wire: Wire) -> None:
    await wire.begin()


async def _plain_json(wire: Wire) -> None:
    """The whole answer at once: the service does not stream."""
    wire.response.content_type = "application/json"
    await wire.begin()
    wire.heard.sent.append(wire.script.text)
    message = {"role": "assistant", "content": wire.script.text}
    body = chunk([{"index": 0, "message": message, "finish_reason": wire.script.reason}])
    await wire.raw(orjson.dumps(body | {"usage": {"prompt_tokens": 7, "completion_tokens": wire.script.tokens}}))


async def _plain_error(wire: Wire) -> None:
    wire.response.content_type = "application/json"
    await wire.begin()
    await wire.raw(orjson.dumps({"error": {"message": wire.script.message}}))


async def _usage_after(wire: Wire) -> None:
    """The usage comes in a chunk of its own, a moment behind the last choice."""
    await wire.head(wire.script.tokens)
    await wire.finish()
    await asyncio.sleep(0.05)
    await wire.usage()
    await wire.raw(b"data: [DONE]\n\n")


async def _comments(wire: Wire) -> None:
    """Comments, other fields, CRLF, and no space behind the colon."""
    await wire.begin()
    await wire.raw(b": hello\r\n\r\nretry: 100\r\n\r\n")
    for i in range(wire.script.tokens):
        wire.heard.sent.append(word(i))
        payload = orjson.dumps(chunk([{"index": 0, "delta": {"content": word(i)}}]))
        await wire.raw(b": ping\r\nevent: message\r\nid: 1\r\ndata:" + payload + b"\r\n\r\n")
    await wire.tail()


async def _thinking(wire: Wire) -> None:
    """Thoughts first, which are not for the student."""
    await wire.begin()
    for _ in range(wire.script.n):
        await asyncio.sleep(wire.script.first_s)
        await wire.choice({"content": None, "reasoning_content": "hm"})
    await wire.words(wire.script.tokens)
    await wire.tail()


async def _echo(wire: Wire) -> None:
    """The request itself as the reply: whatever leaves us becomes visible."""
    await wire.begin()
    text = wire.heard.raw.decode()
    for start in range(0, len(text), 40):
        await wire.text(text[start : start + 40])
    await wire.tail()


async def _http(wire: Wire) -> None:
    script = wire.script
    wire.response.set_status(script.status)
    wire.response.content_type = "application/json"
    if script.retry_after:
        wire.response.headers["Retry-After"] = script.retry_after
    if script.status // 100 == 3:
        wire.response.headers["Location"] = "/v1/elsewhere"
    await wire.begin()
    await wire.raw(script.body.encode())


async def _no_json_schema(wire: Wire) -> None:
    """A service that knows JSON, but no schema for it."""
    await _forms(wire, "json_object")


async def _no_response_format(wire: Wire) -> None:
    """A service that knows no form at all."""
    await _forms(wire, "")


async def _forms(wire: Wire, known: str) -> None:
    match wire.heard.body:
        case {"response_format": {"type": str(wanted)}} if wanted != known:
            wire.script = replace(wire.script, status=422, body='{"error": {"message": "bad response_format"}}')
            await _http(wire)
        case _:
            await _says(wire)


async def _no_stream_options(wire: Wire) -> None:
    """A service that knows no `stream_options`, and says so with a 400."""
    if "stream_options" in wire.heard.body:
        wire.script = replace(wire.script, status=400, body='{"error": {"message": "unknown field: stream_options"}}')
        await _http(wire)
    else:
        await _ok(wire)


async def _marked(wire: Wire) -> None:
    """Every third token carries the mark `〔...〕` of the question: a word in the wrong room shows."""
    marks = _MARK.findall(wire.heard.raw.decode())
    await wire.begin()
    await asyncio.sleep(wire.script.first_s)
    for i in range(wire.script.tokens):
        await asyncio.sleep(wire.script.delay_s)
        await wire.text(marks[-1] + word(i) if marks and i % 3 == 0 else word(i))
    await wire.tail()


async def _forever() -> None:
    await asyncio.Event().wait()


SCRIPTS: Mapping[str, Callable[[Wire], Awaitable[None]]] = {
    "ok": _ok,
    "burst": _burst,
    "cut_in_character": _cut_in_character,
    "go_on": _go_on,
    "obedient": _obedient,
    "says": _says,
    "tells": _tells,
    "minds": _minds,
    "slow_first": _ok,
    "slow_each": _ok,
    "hang_before_headers": _hang_before_headers,
    "hang_after": _hang_after,
    "hang_after_finish": _hang_after_finish,
    "trickle": _trickle,
    "cut_after": _cut_after,
    "reset_after": _reset_after,
    "garbage": _garbage,
    "bad_utf8": _bad_utf8,
    "half_utf8": _half_utf8,
    "giant_line": _giant_line,
    "no_done": _no_done,
    "no_finish_reason": _no_finish_reason,
    "no_end": _no_end,
    "error_in_stream": _error_in_stream,
    "empty_200": _empty_200,
    "plain_json": _plain_json,
    "plain_error": _plain_error,
    "usage_after": _usage_after,
    "comments": _comments,
    "thinking": _thinking,
    "echo": _echo,
    "http": _http,
    "no_json_schema": _no_json_schema,
    "no_response_format": _no_response_format,
    "no_stream_options": _no_stream_options,
    "marked": _marked,
}
