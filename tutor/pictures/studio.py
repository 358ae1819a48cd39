"""The server's side of the picture-making processes: a process a file, so many at once, each killed when it is late.

A process gets two files without names, what was sent and the album that it fills, and can open nothing else: nothing of
one person's file is near another's, and a crash leaves nothing behind. `files/service.py` calls it.
"""

import asyncio
import os
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

import structlog
from pydantic import TypeAdapter, ValidationError

from tutor.core.errors import Busy, NoRoom
from tutor.core.helpers import kill, start_helper
from tutor.pictures.errors import (
    FileDamaged,
    FileTooComplex,
    PdfEncrypted,
    PdfFontMissing,
    PictureRefused,
    TooManyPages,
    TooManyPixels,
)
from tutor.pictures.kinds import Format
from tutor.pictures.orders import LONGEST_INDEX, TAIL, Index, Leaf, Order, Plate

log = structlog.get_logger(__name__)

PROGRAMS: dict[Format, str] = {"JPEG": "photos", "PNG": "photos", "WEBP": "photos", "HEIF": "heif", "PDF": "documents"}
REFUSALS: dict[str, type[PictureRefused]] = {
    refusal.code: refusal
    for refusal in (FileDamaged, TooManyPixels, TooManyPages, PdfEncrypted, PdfFontMissing, FileTooComplex)
}
INDEX: TypeAdapter[Index] = TypeAdapter(Index)
JPEG_BEGINS, JPEG_ENDS = b"\xff\xd8\xff", b"\xff\xd9"
LAST_WORDS = 300
COME_BACK_S = 10


class Album:
    """The pictures of one file, while it is open."""

    def __init__(self, content: BinaryIO, leaves: tuple[Leaf, ...]) -> None:
        self._content = content
        self.leaves = leaves

    def bytes_of(self, plate: Plate) -> bytes:
        """A picture as a JPEG file.

        Raises:
            FileDamaged: the process wrote something else.

        """
        picture = os.pread(self._content.fileno(), max(0, plate.length), max(0, plate.start))
        if not (picture.startswith(JPEG_BEGINS) and picture.endswith(JPEG_ENDS)):
            raise FileDamaged
        return picture


class Studio:
    """Makes albums. `at_once` processes work, others wait for `queue_s` seconds; each is given `deadline_s` seconds."""

    def __init__(self, order: Order, *, at_once: int, queue_s: float, deadline_s: float) -> None:
        self._order = order
        self._free = asyncio.Semaphore(at_once)
        self._queue_s = queue_s
        self._deadline_s = deadline_s

    @asynccontextmanager
    async def develop(self, sent: BinaryIO, form: Format) -> AsyncIterator[Album]:
        """The pictures of what was sent, for as long as the block runs.

        Raises:
            PictureRefused: there are none, for one of the reasons in `errors.py`.
            Busy: too many others are waiting.
            NoRoom: this machine has no disk, memory or handles for it.

        """
        with ExitStack() as left:
            try:
                album, last_words = left.enter_context(TemporaryFile()), left.enter_context(TemporaryFile())
                async with self._a_place():
                    code = await self._run(form, sent, album, last_words)
            except OSError as error:
                raise NoRoom from error
            yield Album(album, _leaves(album, code, last_words))

    @asynccontextmanager
    async def _a_place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._queue_s):
                await self._free.acquire()
        except TimeoutError as error:
            raise Busy(retry_after_s=COME_BACK_S) from error
        try:
            yield
        finally:
            self._free.release()

    async def _run(self, form: Format, sent: BinaryIO, album: BinaryIO, last_words: BinaryIO) -> int:
        os.lseek(sent.fileno(), 0, os.SEEK_SET)  # the process reads on from here
        program = f"tutor.pictures.{PROGRAMS[form]}"
        process = await start_helper(program, self._order.as_argument(), stdin=sent, stdout=album, stderr=last_words)
        try:
            async with asyncio.timeout(self._deadline_s):
                return await process.wait()
        except TimeoutError as error:
            log.warning("pictures_late", form=form, after_s=self._deadline_s)
            raise FileTooComplex from error
        finally:
            await _end(process)


async def _end(process: Process) -> None:
    kill(process)
    await process.wait()


def _leaves(album: BinaryIO, code: int, last_words: BinaryIO) -> tuple[Leaf, ...]:
    if code != 0:
        said = os.pread(last_words.fileno(), LAST_WORDS, max(0, os.fstat(last_words.fileno()).st_size - LAST_WORDS))
        log.info("pictures_failed", code=code, said=said.decode(errors="replace").rpartition("\n")[0][-LAST_WORDS:])
        raise FileDamaged if code > 0 else FileTooComplex
    index = _index(album)
    if index.refusal is not None:
        raise REFUSALS.get(index.refusal.code, FileDamaged)(**index.refusal.facts)
    if not index.leaves:
        raise FileDamaged
    return index.leaves


def _index(album: BinaryIO) -> Index:
    """The index of an album, which is believed no more than what was sent."""
    end = os.fstat(album.fileno()).st_size - TAIL.size
    length = TAIL.unpack(os.pread(album.fileno(), TAIL.size, end))[0] if end >= 0 else 0
    if not 0 < length <= min(end, LONGEST_INDEX):
        raise FileDamaged
    try:
        return INDEX.validate_json(os.pread(album.fileno(), length, end - length))
    except ValidationError as error:
        raise FileDamaged from error
