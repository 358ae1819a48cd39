"""Makes clean pictures of whatever people send, in a process of its own that is watched and killed when it is late.

`studio` is the server's side, `desk` the process, which alone opens files: `photos` with Pillow, `documents` with PDFium.
"""
