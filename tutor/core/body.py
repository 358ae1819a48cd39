"""The body of an HTTP request, waited for as long as it keeps coming. `core/http.py` reads it."""

import asyncio

from aiohttp import web

from tutor.core.errors import TooSlow

PAUSE_S = 30.0
WHOLE_S = 600.0


async def body_of(request: web.Request) -> bytes:
    """The whole body. A slow client is waited for, one that has stopped sending is not.

    Raises:
        HTTPRequestEntityTooLarge: it is longer than the application allows.
        TooSlow: nothing came for `PAUSE_S` seconds, or not all of it within `WHOLE_S` seconds.

    """
    body = bytearray()
    try:
        async with asyncio.timeout(WHOLE_S):
            while chunk := await _next(request):
                body += chunk
                if len(body) > request.client_max_size:
                    raise web.HTTPRequestEntityTooLarge(max_size=request.client_max_size, actual_size=len(body))
    except TimeoutError as error:
        raise TooSlow from error
    return bytes(body)


async def _next(request: web.Request) -> bytes:
    """What has come since the last time; nothing at the end."""
    async with asyncio.timeout(PAUSE_S):
        return await request.content.readany()
