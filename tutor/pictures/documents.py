"""The process that renders a PDF: `python -m tutor.pictures.documents ORDER`, see `desk`.

PDFium draws what is to be seen on each page, marks and filled-in fields included. It has no JavaScript, and what is
attached to the file is not looked at.
"""

from collections.abc import Iterator

from PIL import Image
from pypdfium2 import PdfDocument, PdfiumError, PdfPage, raw

from tutor.pictures.desk import scale_of, serve
from tutor.pictures.errors import FileDamaged, PdfEncrypted, TooManyPages
from tutor.pictures.orders import Order

SHARP = 200 / 72  # dots an inch


def draw(sent: bytes, order: Order) -> Iterator[Image.Image]:
    """A picture of each page.

    Raises:
        PdfEncrypted: it opens only with a password.
        TooManyPages: it has more than we render.
        FileDamaged: it cannot be read, or has no page.

    """
    try:
        document = PdfDocument(sent)
        pages = len(document)
        if pages > order.max_pages:
            raise TooManyPages(pages=pages, limit=order.max_pages)
        if pages == 0:
            raise FileDamaged
        document.init_forms()
        for number in range(pages):
            yield _drawn(document[number], order)
    except PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise PdfEncrypted from error
        raise FileDamaged from error


def _drawn(page: PdfPage, order: Order) -> Image.Image:
    width, height = page.get_size()
    if min(width, height) <= 0:
        raise FileDamaged
    bitmap = page.render(scale=min(SHARP, scale_of(width, height, order)), rev_byteorder=True, no_smoothpath=False)
    picture: Image.Image = bitmap.to_pil()
    page.close()
    return picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")


if __name__ == "__main__":
    serve(draw)
