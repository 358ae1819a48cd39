"""The process that reads a photo as newer phones keep it: `python -m tutor.pictures.heif ORDER`, see `photos`."""

from pi_heif import register_heif_opener

from tutor.pictures.desk import serve
from tutor.pictures.photos import draw

if __name__ == "__main__":
    register_heif_opener(thumbnails=False)
    serve(draw)
