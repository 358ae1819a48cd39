"""What the server asks of a picture-making process, and what it gets: one order as an argument, one album as a file.

An album is JPEG pictures one after another, then an index in JSON, then the index's length.
"""

import json
import struct
from dataclasses import asdict, dataclass
from typing import BinaryIO

TAIL = struct.Struct("<I")
LONGEST_INDEX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Order:
    """How pictures are made. A picture has at most the area of a square of `side` pixels, a thumbnail fits into one of
    `thumbnail` pixels. A photo that is decoded has at most `max_pixels`, a PDF `max_pages`. `memory` and `written` are
    bytes, `seconds` of computing; an order takes no longer than twice that, even when nobody waits for it.
    """

    max_pixels: int
    max_pages: int
    side: int
    thumbnail: int
    memory: int
    written: int
    seconds: int

    def as_argument(self) -> str:
        """The order as the process is given it."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, argument: str) -> "Order":
        """The order of an argument."""
        return cls(**json.loads(argument))


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture in an album: where its bytes begin, how many they are, and its size in pixels."""

    start: int
    length: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of what was sent, as a picture and a thumbnail."""

    full: Plate
    thumbnail: Plate


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there are no pictures: the code of an error and its numbers."""

    code: str
    facts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Index:
    """What is in an album: leaves, or why there are none."""

    leaves: tuple[Leaf, ...] = ()
    refusal: Refusal | None = None


def write_index(album: BinaryIO, index: Index) -> None:
    """End an album."""
    text = json.dumps(asdict(index)).encode()
    album.write(text)
    album.write(TAIL.pack(len(text)))
    album.flush()
