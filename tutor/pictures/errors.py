"""Why no pictures can be made of what somebody sent. Raised in the worker process and told again by the server."""

from tutor.core.errors import TutorError


class PictureRefused(TutorError):
    """The base of what the worker says no to."""


class FileDamaged(PictureRefused):
    """It begins like a photo or a PDF, and cannot be read to its end."""

    code = "file_damaged"
    status = 422


class TooManyPixels(PictureRefused):
    """The photo is larger than we decode. Facts: `megapixels`, `limit`."""

    code = "too_many_pixels"
    status = 422


class TooManyPages(PictureRefused):
    """The PDF is longer than we render. Facts: `pages`, `limit`."""

    code = "too_many_pages"
    status = 422


class PdfEncrypted(PictureRefused):
    """The PDF opens only with a password."""

    code = "pdf_encrypted"
    status = 422


class PdfFontMissing(PictureRefused):
    """The PDF has Chinese, Japanese or Korean words whose font it does not carry, so they would not be seen."""

    code = "pdf_font_missing"
    status = 422


class FileTooComplex(PictureRefused):
    """Its pictures took more time or memory than one file may have."""

    code = "file_too_complex"
    status = 422
