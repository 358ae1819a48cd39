"""What each picture-making process does around its own part: it limits itself, reads all of its input, and writes an
album. `photos`, `heif` and `documents` are such processes; each loads only the decoders that it needs.

Nothing is caught here but refusals: whatever else goes wrong ends the process, and the server sees that.
"""

import math
import signal
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from tutor.core.confine import confine, shut_doors
from tutor.pictures.errors import FileTooComplex, PictureRefused
from tutor.pictures.orders import Index, Leaf, Order, Plate, Refusal, write_index

QUALITY = 85
WIDEST = 4  # a long screenshot may be so many times longer than the side of the square

Draw = Callable[[bytes, Order], Iterator[Image.Image]]


def serve(draw: Draw) -> None:
    """Fill the one order of this process: what was sent is its input, the album its output."""
    order = Order.parse(sys.argv[1])
    Image.preinit()  # else the library loads its parts when they are needed, which is too late after the next lines
    Image.MAX_IMAGE_PIXELS = None  # we count ourselves, before anything is decoded
    signal.alarm(2 * order.seconds)  # should the server be gone by then
    confine(memory=order.memory, written=order.written, cpu_s=order.seconds)
    shut_doors()
    sent, album = sys.stdin.buffer.read(), sys.stdout.buffer
    try:
        index = Index(tuple(_leaf(album, picture, order) for picture in draw(sent, order)))
    except PictureRefused as refused:
        index = Index(refusal=_refusal(refused))
    except MemoryError:
        index = Index(refusal=_refusal(FileTooComplex()))
    write_index(album, index)


def _refusal(refused: PictureRefused) -> Refusal:
    return Refusal(refused.code, {name: fact for name, fact in refused.facts.items() if isinstance(fact, int)})


def scale_of(width: float, height: float, order: Order) -> float:
    """By how much a picture must be scaled so that it is as large as it may be; above 1 when it is smaller."""
    by_area = order.side / math.sqrt(width * height)
    return min(by_area, WIDEST * order.side / max(width, height))


def _leaf(album: BinaryIO, picture: Image.Image, order: Order) -> Leaf:
    full = _plate(album, picture)
    picture.thumbnail((order.thumbnail, order.thumbnail), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return Leaf(full, _plate(album, picture))


def _plate(album: BinaryIO, picture: Image.Image) -> Plate:
    """Write a picture into the album: its pixels and nothing else that came with it."""
    picture.info.clear()
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=QUALITY)
    start = album.tell()
    album.write(encoded.getbuffer())
    return Plate(start, len(encoded.getbuffer()), picture.width, picture.height)
