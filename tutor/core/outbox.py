"""What waits for a reader that is too slow at the moment: in order, bounded, and what can be sent again goes first.

`core/line.py` makes an Outbox when a client's connection is full and forgets it when everything was sent.
"""

from collections import deque

from tutor.core.frames import Frame


class Outbox:
    """Frames of one client that wait their turn."""

    __slots__ = ("_frames", "size")

    def __init__(self) -> None:
        self._frames: deque[tuple[Frame, bool]] = deque()
        self.size = 0
        """Bytes in all."""

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, frame: Frame, *, droppable: bool) -> None:
        """Put a frame behind the others."""
        self._frames.append((frame, droppable))
        self.size += len(frame)

    def take(self) -> Frame:
        """The frame whose turn it is."""
        frame, _ = self._frames.popleft()
        self.size -= len(frame)
        return frame

    def drop(self) -> None:
        """Forget what can be sent again; the reader finds the hole and asks."""
        self._frames = deque((frame, droppable) for frame, droppable in self._frames if not droppable)
        self.size = sum(len(frame) for frame, _ in self._frames)

    def clear(self) -> None:
        """Forget everything."""
        self._frames.clear()
        self.size = 0
