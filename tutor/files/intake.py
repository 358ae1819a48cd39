"""Takes a file out of a multipart request and into a file without a name: counted, timed, known by its content.

`routes.py` calls it. Whatever becomes of the request or of this process, nothing is left on the disk.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

from aiohttp import BodyPartReader, ClientError, web
from aiohttp.http_exceptions import HttpProcessingError

from tutor.core.body import PAUSE_S, WHOLE_S
from tutor.core.errors import Busy, Malformed, NoRoom, TooSlow
from tutor.files.errors import FileEmpty, FileKindUnknown, FileMissing, FileTooLarge
from tutor.files.models import FileLimits, Upload, clean_name
from tutor.pictures.kinds import HEAD_BYTES, Format, format_of, kind_of

AT_ONCE = 100
AT_ONCE_PER_USER = 4
COME_BACK_S = 3
CHUNK = 128 * 1024
MEGABYTE = 1024 * 1024
MOST_FIELDS = 8
LONGEST_FIELD = 4096
# What the library raises over a body that is no multipart, breaks off, or hides behind a broken encoding.
BROKEN = (ValueError, LookupError, RuntimeError, AssertionError, HttpProcessingError, ClientError, ConnectionError)


class Intake:
    """Lets so many files come in at once, and few of one person, so that nobody fills this node."""

    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits
        self._coming: Counter[str] = Counter()

    def coming(self, sender_id: str) -> int:
        """How many files of somebody are coming in here just now."""
        return self._coming[sender_id]

    @asynccontextmanager
    async def received(self, request: web.Request, sender_id: str) -> AsyncIterator[Upload]:
        """What the request brings, for as long as the block runs.

        Raises:
            FileMissing, FileEmpty, FileKindUnknown, FileTooLarge: it brings nothing that we take.
            Malformed, TooSlow: it is broken, or does not come.
            Busy: too many are coming in already.
            NoRoom: the disk is full.

        """
        if self.coming(sender_id) >= AT_ONCE_PER_USER or self._coming.total() >= AT_ONCE:
            raise Busy(retry_after_s=COME_BACK_S)
        self._coming[sender_id] += 1
        with ExitStack() as left:
            left.callback(self._gone, sender_id)
            yield await self._take(request, left)

    def _gone(self, sender_id: str) -> None:
        self._coming[sender_id] -= 1
        self._coming += Counter()  # forgets those who send nothing any more

    async def _take(self, request: web.Request, left: ExitStack) -> Upload:
        try:
            source = left.enter_context(TemporaryFile())  # noqa: SIM115 (it is closed where the block ends)
            async with asyncio.timeout(WHOLE_S):
                part = await _file_part(request)
                return await _fill(source, part, self._limits)
        except TimeoutError as error:
            raise TooSlow from error
        except BROKEN as error:
            raise Malformed from error
        except OSError as error:
            raise NoRoom from error


async def _file_part(request: web.Request) -> BodyPartReader:
    """The part named `file`; a few short others may come before it."""
    if request.content_type != "multipart/form-data":
        raise FileMissing
    parts = await request.multipart()
    for _ in range(MOST_FIELDS):
        async with asyncio.timeout(PAUSE_S):
            part = await parts.next()
            if not isinstance(part, BodyPartReader):
                raise FileMissing
            if part.name == "file":
                return part
            if len(await part.read_chunk(LONGEST_FIELD)) >= LONGEST_FIELD:
                raise Malformed
    raise FileMissing


async def _fill(source: BinaryIO, part: BodyPartReader, limits: FileLimits) -> Upload:
    digest, head, size = hashlib.sha256(), b"", 0

    def put(chunk: bytes) -> None:
        source.write(chunk)
        digest.update(chunk)

    async for chunk in _chunks(part):
        size += len(chunk)
        if len(head) < HEAD_BYTES:
            head += chunk[:HEAD_BYTES]
        if len(head) >= HEAD_BYTES:
            _check_size(size, _format(head), limits)
        await asyncio.to_thread(put, chunk)
    if size == 0:
        raise FileEmpty
    form = _format(head)
    _check_size(size, form, limits)
    await asyncio.to_thread(source.flush)
    return Upload(clean_name(part.filename or ""), form, size, digest.hexdigest(), source)


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    """The bytes of a part up to its boundary. Raises ValueError when the body ends before."""
    while not part.at_eof():
        async with asyncio.timeout(PAUSE_S):
            chunk = await part.read_chunk(CHUNK)
        if chunk:
            yield chunk


def _format(head: bytes) -> Format:
    form = format_of(head)
    if form is None:
        raise FileKindUnknown
    return form


def _check_size(size: int, form: Format, limits: FileLimits) -> None:
    kind = kind_of(form)
    if size > (most := limits.bytes_of(kind)):
        raise FileTooLarge(kind=kind, limit_mb=most // MEGABYTE)
