"""A number in a picture as black and white squares along its top, for a fake service that really looks at pictures.

It outlives JPEG and scaling; a picture without one is no mistake.
"""

from io import BytesIO

from PIL import Image, ImageDraw

SQUARES = 24
_DARK = 128


def draw(number: int, size: tuple[int, int] = (960, 720)) -> bytes:
    """A JPEG with a number of 16 bits and its check of 8."""
    side = size[0] // SQUARES
    with Image.new("RGB", size, "white") as picture:
        pen = ImageDraw.Draw(picture)
        for place in range(SQUARES):
            if _coded(number) & 1 << place:
                pen.rectangle((place * side, 0, (place + 1) * side - 1, side - 1), fill="black")
        with BytesIO() as written:
            picture.save(written, "JPEG", quality=80)
            return written.getvalue()


def read(picture: bytes) -> int | None:
    """The number in a picture; None when there is none."""
    with Image.open(BytesIO(picture)) as image:
        grey = image.convert("L")
    side = grey.width / SQUARES
    coded = 0
    for place in range(SQUARES):
        level = int(str(grey.getpixel((int((place + 0.5) * side), int(side / 2)))))
        coded |= (level < _DARK) << place
    number = coded & 0xFFFF
    return number if _coded(number) == coded else None


def _coded(number: int) -> int:
    return number | (number * 31 + 7 & 0xFF) << 16
