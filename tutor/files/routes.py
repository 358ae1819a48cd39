"""Files over HTTP: send one, look at its pictures, take it away."""

from urllib.parse import quote

from aiohttp import web

from tutor.core.http import CALLER, Api, by_caller
from tutor.core.messages import Nothing
from tutor.core.throttle import Limit
from tutor.files.context import FILES, INTAKE
from tutor.files.messages import LookAtFile, OneFile, SendFile

api = Api("/api/v1")

UPLOADS = Limit("upload", {"user": by_caller})
# The bytes never change, the right to see them may: a browser keeps them, and asks each time whether it still may.
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Vary": "Authorization",
}


@api.on("POST", "/files", status=201, limit=UPLOADS, takes="multipart/form-data")
async def send(request: web.Request, query: SendFile) -> OneFile:
    """Send a photo or a PDF as the part `file`. The same `client_id` and bytes again give the same file."""
    files, caller = request.app[FILES], request[CALLER]
    await files.admit(caller, query)
    async with request.app[INTAKE].received(request, caller.id) as upload:
        return OneFile(file=await files.keep(caller, query, upload))


@api.on("GET", "/files/{id}", answers=Nothing, media="image/jpeg")
async def look(request: web.Request, query: LookAtFile) -> web.Response:
    """Look at a picture of a file: a photo, or a page of a PDF."""
    known = request.headers.get("If-None-Match", "").removeprefix("W/").strip('"')
    picture = await request.app[FILES].look(request[CALLER], request.match_info["id"], query, known)
    headers = {
        **HEADERS,
        "ETag": f'"{picture.tag}"',
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(picture.name, safe='')}",
    }
    if picture.body is None:
        return web.Response(status=304, headers=headers)
    return web.Response(body=picture.body, content_type="image/jpeg", headers=headers)


@api.on("DELETE", "/files/{id}")
async def delete(request: web.Request) -> Nothing:
    """Take away a file of one's own that nothing uses."""
    await request.app[FILES].delete(request[CALLER], request.match_info["id"])
    return Nothing()
