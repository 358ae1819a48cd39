"""A relay as most people write it: python-socketio on aiohttp, one shared httpx client, one emit per token.

A subject of the bench: `python -m tests.bench.relays.plain PORT UPSTREAM SECRET`.
"""

import asyncio
import json
import sys

import httpx
import jwt
import socketio
from aiohttp import web

PORT, UPSTREAM, SECRET = int(sys.argv[1]), sys.argv[2], sys.argv[3]

sio = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*")
client = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None, max_keepalive_connections=None))
running: set[asyncio.Task[None]] = set()


@sio.event
async def connect(sid: str, environ: dict[str, object], auth: dict[str, str]) -> None:
    try:
        claims = jwt.decode(auth["token"], SECRET, algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise socketio.exceptions.ConnectionRefusedError("unauthenticated") from error
    await sio.save_session(sid, {"user": claims["sub"]})


@sio.event
async def join(sid: str, data: dict[str, str]) -> dict[str, bool]:
    await sio.enter_room(sid, data["room"])
    return {"ok": True}


@sio.event
async def ask(sid: str, data: dict[str, str]) -> None:
    task = asyncio.create_task(relay(data["room"], data["q"]))
    running.add(task)
    task.add_done_callback(running.discard)


async def relay(room: str, question: str) -> None:
    body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": question}]}
    async with client.stream("POST", f"{UPSTREAM}/chat/completions", json=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: ") and line != "data: [DONE]":
                text = json.loads(line[6:])["choices"][0]["delta"].get("content")
                if text:
                    await sio.emit("token", {"t": text}, room=room)
    await sio.emit("done", {}, room=room)


app = web.Application()
sio.attach(app)
web.run_app(app, host="127.0.0.1", port=PORT, access_log=None, backlog=4096)
