"""engineio's server with our Line for every client, and our origin check in front.

`core/transport.py` puts it under the Socket.IO server.
"""

import asyncio
import re

import engineio
import structlog
from aiohttp import web

from tutor.core.errors import OriginRefused
from tutor.core.line import Bounds, Line
from tutor.core.websocket import Environ

log = structlog.get_logger(__name__)


class Engine(engineio.AsyncServer):
    """engineio's server. Its owner sets the attributes below."""

    bounds: Bounds
    origins: frozenset[str]
    same_host: bool
    left: asyncio.Event

    def create_queue(self, *args: object, **kwargs: object) -> None:
        """No queue for a socket: a Line has none, and engineio's is never written to."""

    async def handle_request(self, *args: object, **kwargs: object) -> web.StreamResponse:
        request = args[0]
        if isinstance(request, web.Request) and not self._origin_fits(request):
            log.warning("origin_refused", origin=request.headers.get("Origin", "")[:100])
            raise OriginRefused
        return await super().handle_request(*args, **kwargs)

    def _origin_fits(self, request: web.Request) -> bool:
        """A browser always says where it is; programs and the mini-program say nothing."""
        if len(request.headers.getall("Origin", [])) > 1:
            return False
        origin = request.headers.get("Origin")
        if origin is None or origin in self.origins or "*" in self.origins:
            return True
        return self.same_host and re.sub(r"^https?://", "", origin) == request.host

    async def _handle_connect(self, environ: Environ, transport: str, jsonp_index: int | None = None) -> object:
        sid = self.generate_id()
        line = Line(self, self.bounds, sid)
        self.sockets[sid] = line
        try:
            return await line.handle_get_request(environ)
        finally:
            await line.close(wait=False, abort=True)
            self.sockets.pop(sid, None)
            self.left.set()
