"""Server-Sent Events over raw bytes: what an AI service streams, cut into payloads. Used by `openai.py` alone.

It works on bytes because a chunk of the network may end inside a character, and trusts no service about lengths.
"""

_LF = b"\n"
_USUAL_START, _USUAL_END = b"data: ", b"\n\n"
_DATA_FIELDS = (b"data", b"\xef\xbb\xbfdata")  # the second one follows a byte order mark, which some proxies put first


class SseParser:
    """Takes chunks as they arrive and gives the payload of every event that is complete.

    Follows "Interpreting an event stream" of the WHATWG HTML standard for `data`; every other field and all comments
    are skipped, and so is an event with an empty payload.

    `limit` is the greatest length of a line, and of one event's payload, in bytes.
    """

    __slots__ = ("_after_cr", "_data", "_limit", "_size", "_tail", "broken")

    def __init__(self, limit: int = 64 * 1024) -> None:
        self._limit = limit
        self._tail = b""
        self._data: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self.broken = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The payloads that `chunk` completes, in order.

        A line or a payload beyond the limit makes the parser `broken`: what came before is still given, nothing after.
        """
        if not chunk or self.broken:
            return []
        if not self._tail and not self._data and (payloads := self._usual(chunk)):
            return payloads
        if self._after_cr and chunk.startswith(_LF):
            chunk = chunk[1:]  # the second half of a line end that the chunks cut in two
        self._after_cr = chunk.endswith(b"\r")
        lines = (self._tail + chunk).splitlines()
        # An unfinished last line waits for its rest.
        self._tail = lines.pop() if lines and not chunk.endswith((_LF, b"\r")) else b""
        payloads = self._read(lines)
        if max(len(self._tail), self._size) > self._limit:
            self.broken = True
        return payloads

    def _usual(self, chunk: bytes) -> list[bytes]:
        """The payloads of whole events of one `data: ` line each, all that most services send; else nothing."""
        if not (chunk.startswith(_USUAL_START) and chunk.endswith(_USUAL_END)) or len(chunk) > self._limit:
            return []
        payloads = chunk[len(_USUAL_START) : -len(_USUAL_END)].split(_USUAL_END + _USUAL_START)
        is_usual = chunk.count(_LF) == 2 * len(payloads) and b"\r" not in chunk and b"" not in payloads
        if is_usual:
            self._after_cr = False
        return payloads if is_usual else []

    def end(self) -> list[bytes]:
        """The last payload, when the stream ended without the empty line behind it.

        A line without its end is dropped: nobody can tell whether it is whole.
        """
        self._tail = b""
        return [] if self.broken else self._read([b""])

    def _read(self, lines: list[bytes]) -> list[bytes]:
        payloads: list[bytes] = []
        for line in lines:
            if len(line) > self._limit or self._size > self._limit:
                self.broken = True
                break
            if line.startswith(b"data: "):
                self._keep(line[6:])
            elif line:
                name, _, value = line.partition(b":")
                if name in _DATA_FIELDS:
                    self._keep(value.removeprefix(b" "))
            elif self._data:
                payload = self._data[0] if len(self._data) == 1 else _LF.join(self._data)
                self._data.clear()
                self._size = 0
                if payload:
                    payloads.append(payload)
        return payloads

    def _keep(self, value: bytes) -> None:
        self._size += len(value)
        self._data.append(value)
