"""The process that reads a photo: `python -m tutor.pictures.photos ORDER`, see `desk`. JPEG, PNG and WebP.

Its pixels are made smaller, turned upright and brought into sRGB on white; of several frames the first is taken.
"""

import struct
from collections.abc import Iterator
from io import BytesIO

# The last two are loaded for the first one's sake, which would look for them when it needs them: too late in here.
from PIL import Image, ImageCms, MpoImagePlugin, WebPImagePlugin
from PIL.ImageCms import PyCMSError

from tutor.pictures.desk import scale_of, serve
from tutor.pictures.errors import TooManyPixels
from tutor.pictures.kinds import HEAD_BYTES, format_of
from tutor.pictures.orders import Order

MEGA = 1_000_000
READERS = (MpoImagePlugin, WebPImagePlugin)
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIXTEEN_BITS = {"I", "I;16", "I;16B", "I;16L"}
JUNK = (SyntaxError, ValueError, TypeError, LookupError, AttributeError, OSError, struct.error)


def draw(sent: bytes, order: Order) -> Iterator[Image.Image]:
    """The one picture of a photo.

    Raises:
        TooManyPixels: it is larger than we decode, by its own account.

    """
    found = format_of(sent[:HEAD_BYTES])
    with Image.open(BytesIO(sent), formats=[found] if found else []) as photo:
        width, height = photo.size
        if width * height > order.max_pixels:
            raise TooManyPixels(megapixels=-(-width * height // MEGA), limit=order.max_pixels // MEGA)
        scale = min(1.0, scale_of(width, height, order))
        wanted = max(1, round(width * scale)), max(1, round(height * scale))
        photo.draft(None, wanted)  # a JPEG may be decoded at half its size
        photo.load()
        profile, turn = photo.info.get("icc_profile"), TURNS.get(_orientation(photo))
        picture = _plain(photo)
        if picture.size != wanted:
            picture = picture.resize(wanted, Image.Resampling.LANCZOS, reducing_gap=2.0)
        picture = _in_srgb(picture, profile)
        yield picture.transpose(turn) if turn is not None else picture


def _orientation(photo: Image.Image) -> int:
    """How the camera was held; upright when what it wrote about that cannot be read."""
    try:
        return int(photo.getexif().get(ORIENTATION, 1))
    except JUNK:
        return 1


def _plain(photo: Image.Image) -> Image.Image:
    """The first frame in a mode that can be made smaller: grey, RGB, RGBA or CMYK."""
    if photo.mode in SIXTEEN_BITS:
        return photo.point(lambda value: value * (1 / 256)).convert("L")
    if photo.has_transparency_data:
        return photo if photo.mode == "RGBA" else photo.convert("RGBA")
    if photo.mode in {"L", "RGB", "CMYK"}:
        return photo
    return photo.convert("L" if photo.mode == "1" else "RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as a browser shows them, on white. A profile that is broken or of another colour space is ignored."""
    if picture.mode == "RGBA":
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    if profile and picture.mode != "L":
        try:
            own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            if "sRGB" not in ImageCms.getProfileDescription(own):
                return ImageCms.profileToProfile(picture, own, srgb, outputMode="RGB") or picture
        except (PyCMSError, OSError, ValueError):
            return picture.convert("RGB")
    return picture if picture.mode == "L" else picture.convert("RGB")


if __name__ == "__main__":
    serve(draw)
