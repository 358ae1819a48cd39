"""A relay without Socket.IO: aiohttp's WebSockets and its client, uvloop, orjson. What the library itself can do.

A subject of the bench: `python -m tests.bench.relays.raw PORT UPSTREAM SECRET`.
"""

import asyncio
import sys
from collections import defaultdict

import aiohttp
import jwt
import orjson
import uvloop
from aiohttp import web

PORT, UPSTREAM, SECRET = int(sys.argv[1]), sys.argv[2], sys.argv[3]

rooms: defaultdict[str, list[web.WebSocketResponse]] = defaultdict(list)
running: set[asyncio.Task[None]] = set()


async def send(room: str, body: dict[str, object]) -> None:
    text = orjson.dumps(body).decode()
    for member in rooms[room]:
        await member.send_str(text)


async def relay(client: aiohttp.ClientSession, room: str, question: str) -> None:
    body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": question}]}
    rest = b""
    async with client.post(f"{UPSTREAM}/chat/completions", json=body) as response:
        async for data in response.content.iter_any():
            *events, rest = (rest + data).split(b"\n\n")
            texts = [
                orjson.loads(event[6:])["choices"][0]["delta"].get("content", "")
                for event in events
                if event != b"data: [DONE]"
            ]
            if text := "".join(texts):
                await send(room, {"t": text})
    await send(room, {"done": 1})


async def handle(request: web.Request) -> web.WebSocketResponse:
    try:
        jwt.decode(request.query["token"], SECRET, algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise web.HTTPUnauthorized from error
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    room = ""
    async for message in socket:
        body = orjson.loads(message.data)
        if "join" in body:
            room = body["join"]
            rooms[room].append(socket)
            await socket.send_str('{"joined":1}')
        else:
            task = asyncio.create_task(relay(request.app[CLIENT], room, body["q"]))
            running.add(task)
            task.add_done_callback(running.discard)
    if room:
        rooms[room].remove(socket)
    return socket


CLIENT = web.AppKey("client", aiohttp.ClientSession)


async def main() -> None:
    app = web.Application()
    app.router.add_get("/ws", handle)
    app[CLIENT] = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", PORT, backlog=4096).start()
    await asyncio.Event().wait()


uvloop.run(main())
