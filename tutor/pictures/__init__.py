"""Makes clean pictures of whatever people send, in a process of its own that is watched and killed when it is late.

`studio` is the server's side, `desk` what the processes share: `photos`, `heif` and `documents`.
"""
