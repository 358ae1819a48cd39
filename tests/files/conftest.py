"""Somebody who sends files, and a look at what was kept of them."""

from io import BytesIO

import pytest
from PIL import Image

from tests.factories import People, Person


@pytest.fixture
async def student(people: People) -> Person:
    return await people.student()


def opened(picture: bytes) -> Image.Image:
    """A picture that was kept, which is a JPEG whatever was sent."""
    with Image.open(BytesIO(picture), formats=["JPEG"]) as image:
        image.load()
        return image


def white_corner(image: Image.Image) -> str:
    """In which corner of a picture it is white."""
    right, bottom = image.width - 3, image.height - 3
    places = {"left top": (2, 2), "right top": (right, 2), "left bottom": (2, bottom), "right bottom": (right, bottom)}
    grey = image.convert("L")
    (corner,) = (name for name, place in places.items() if int(str(grey.getpixel(place))) > 200)
    return corner
