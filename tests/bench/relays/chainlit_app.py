"""A Chainlit app that streams the upstream's tokens. A subject of the bench; `chainlit run` loads it."""

import json
import os

import chainlit as cl
import httpx

UPSTREAM = os.environ["BENCH_UPSTREAM"]
client = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None, max_keepalive_connections=None))


@cl.on_message
async def on_message(message: cl.Message) -> None:
    out = cl.Message(content="")
    body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": message.content}]}
    async with client.stream("POST", f"{UPSTREAM}/chat/completions", json=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: ") and line != "data: [DONE]":
                text = json.loads(line[6:])["choices"][0]["delta"].get("content")
                if text:
                    await out.stream_token(text)
