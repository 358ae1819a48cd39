"""A bare HTTP server for the transport's tests: answers each request with the bytes that a test gives it."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Bare:
    """The server: `requests` it read, `connections` it took, and the answers to come, the last one for ever."""

    answers: list[Answer]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    url: str = ""
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.closed.clear()
        try:
            # uvloop has a RuntimeError of its own for writing to a connection that its peer has just closed
            with suppress(ConnectionError, asyncio.IncompleteReadError, RuntimeError):
                await self._answer_all(reader, writer)
        finally:
            self.open -= 1
            if not self.open:
                self.closed.set()
            writer.close()

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
            self.requests.append(head + await reader.readexactly(length))
            await (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])(writer)

    async def settled(self) -> None:
        """Wait until no connection is open any more."""
        async with asyncio.timeout(5):
            await self.closed.wait()


@asynccontextmanager
async def a_server(*answers: bytes | Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[Bare]:
    """A server on a free port; bytes are an answer that leaves the connection open."""
    bare = Bare([says(answer) if isinstance(answer, bytes) else answer for answer in answers])
    async with await asyncio.start_server(bare.serve, "127.0.0.1", 0, ssl=tls) as server:
        scheme, port = ("https" if tls else "http"), server.sockets[0].getsockname()[1]
        bare.url = f"{scheme}://{'localhost' if tls else '127.0.0.1'}:{port}/"
        yield bare


def says(*parts: bytes, close: bool = False) -> Answer:
    """An answer in parts that arrive one by one; with `close`, the connection ends behind it."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for number, part in enumerate(parts):
            if number:
                await asyncio.sleep(0.01)
            writer.write(part)
            await writer.drain()
        if close:
            writer.close()

    return answer


def a_certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context for `host`, and the file of the authority that vouches for it: itself."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [shutil.which("openssl") or "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-keyout", key, "-out", certificate, "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context, certificate
