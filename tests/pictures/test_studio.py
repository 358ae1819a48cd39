"""The picture-making processes: each alone, confined, killed when late, and nothing of them left."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import psutil
import pytest

from tests.core.children import children
from tests.core.raw import until
from tests.factories import a_photo
from tests.files import corpus
from tutor.core.errors import Busy, NoRoom
from tutor.core.helpers import start_helper
from tutor.pictures import studio as studio_module
from tutor.pictures.errors import FileDamaged, FileTooComplex
from tutor.pictures.kinds import Format, format_of
from tutor.pictures.orders import Index, Leaf, Order, Plate, write_index
from tutor.pictures.studio import Album, Studio

MEGABYTE = 1024 * 1024
ORDER = Order(
    max_pixels=40_000_000,
    max_pages=20,
    side=2000,
    thumbnail=360,
    memory=1024 * MEGABYTE,
    written=256 * MEGABYTE,
    seconds=30,
)


def a_studio(order: Order = ORDER, **changes: Any) -> Studio:
    return Studio(order, **{"at_once": 2, "queue_s": 20.0, "deadline_s": 30.0, **changes})


def workers() -> list[psutil.Process]:
    """The picture-making processes of this one."""
    return children("tutor.pictures")


@asynccontextmanager
async def drawn(studio: Studio, content: bytes) -> AsyncIterator[Album]:
    """What a studio makes of a file."""
    form = format_of(content[:32])
    assert form is not None
    with TemporaryFile() as sent:
        sent.write(content)
        sent.flush()
        async with studio.develop(sent, form) as album:
            yield album


@pytest.fixture
def endless() -> bytes:
    return corpus.laughing()


async def test_a_photo_becomes_a_picture_and_a_thumbnail() -> None:
    async with drawn(a_studio(), a_photo((900, 600))) as album:
        (leaf,) = album.leaves
        assert [(plate.width, plate.height) for plate in (leaf.full, leaf.thumbnail)] == [(900, 600), (360, 240)]
        assert album.bytes_of(leaf.full) != album.bytes_of(leaf.thumbnail)
    await until(lambda: not workers())


async def test_a_late_process_is_killed(endless: bytes) -> None:
    with pytest.raises(FileTooComplex):
        async with drawn(a_studio(deadline_s=0.5), endless):
            pass
    await until(lambda: not workers())


async def test_a_process_that_computes_too_long_is_ended_by_the_kernel(endless: bytes) -> None:
    with pytest.raises(FileTooComplex):
        async with drawn(a_studio(replace(ORDER, seconds=1)), endless):
            pass
    await until(lambda: not workers())


async def test_a_process_whose_server_is_gone_ends_itself(endless: bytes) -> None:
    with TemporaryFile() as sent, TemporaryFile() as album:
        sent.write(endless)
        sent.seek(0)
        order = replace(ORDER, seconds=1).as_argument()
        process = await start_helper("tutor.pictures.documents", order, stdin=sent, stdout=album)
        assert await asyncio.wait_for(process.wait(), 20) < 0


async def test_whoever_gives_up_leaves_no_process_behind(endless: bytes) -> None:
    async def ask() -> None:
        async with drawn(studio, endless):
            pass

    studio = a_studio(at_once=1)
    asking = asyncio.create_task(ask())
    await until(workers)
    asking.cancel()
    await asyncio.wait([asking])
    await until(lambda: not workers())
    async with drawn(studio, a_photo()) as album:
        assert album.leaves


async def test_so_many_work_at_once_and_who_waits_too_long_is_told(endless: bytes) -> None:
    async def ask(content: bytes) -> None:
        async with drawn(studio, content):
            pass

    studio = a_studio(at_once=1, queue_s=0.3)
    first = asyncio.create_task(ask(endless))
    await until(workers)
    with pytest.raises(Busy) as busy:
        await ask(a_photo())
    assert busy.value.facts["retry_after_s"]
    assert len(workers()) == 1
    first.cancel()
    await asyncio.wait([first])
    await ask(a_photo())


async def test_a_photo_that_needs_more_memory_than_it_may_have_is_refused() -> None:
    with pytest.raises((FileTooComplex, FileDamaged)):
        async with drawn(a_studio(replace(ORDER, memory=180 * MEGABYTE)), a_photo((6000, 6000), "PNG", mode="RGBA")):
            pass


@pytest.fixture
def no_handles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse() -> BinaryIO:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(studio_module, "TemporaryFile", refuse)
    return iter(())


async def test_without_handles_or_disk_it_says_so(no_handles: None) -> None:
    with pytest.raises(NoRoom), open(os.devnull, "rb") as nothing:  # noqa: ASYNC230, PTH123  # of no length
        async with a_studio().develop(nothing, "JPEG"):
            pass


@pytest.mark.parametrize(
    ("content", "index"),
    [
        (b"", None),
        (b"\xff\xff\xff\xff", None),
        (b'{"leaves": 7}', b"\x0d\x00\x00\x00"),
        (b"[]", b"\x02\x00\x00\x00"),
        (b'{"leaves": [], "refusal": null}', b"\x1f\x00\x00\x00"),
        (b'{"leaves": [], "refusal": {"code": "internal", "facts": {}}}', b"\x3c\x00\x00\x00"),
    ],
)
def test_an_album_is_believed_no_more_than_what_was_sent(content: bytes, index: bytes | None) -> None:
    with TemporaryFile() as album, TemporaryFile() as last_words:
        album.write(content + (index or b""))
        album.flush()
        with pytest.raises(FileDamaged):
            studio_module._leaves(album, 0, last_words)


def test_what_is_no_jpeg_is_never_given_on() -> None:
    with TemporaryFile() as album, TemporaryFile() as last_words:
        album.write(b"<html>" + bytes(20))
        write_index(album, Index((Leaf(Plate(0, 20, 1, 1), Plate(-5, 20, 1, 1)),)))
        (leaf,) = studio_module._leaves(album, 0, last_words)
        for plate in (leaf.full, leaf.thumbnail):
            with pytest.raises(FileDamaged):
                Album(album, (leaf,)).bytes_of(plate)


FORMATS: dict[str, Format] = {"JPEG": "JPEG", "PNG": "PNG", "WebP": "WEBP", "HEIC": "HEIF", "PDF": "PDF"}


@pytest.mark.parametrize("name", corpus.good())
async def test_every_format_is_known_by_its_first_bytes(name: str) -> None:
    assert format_of(corpus.good()[name][:32]) == FORMATS[name]
    assert format_of(b"\n" + corpus.good()[name][:31]) is None
