"""The worker process: `python -m tutor.ai.embedded.desk` answers one JSON line per JSON line until its input ends.

Started by `worker.Worker`, the only place where SymPy is imported. It limits itself: memory, no file writing, and an
alarm that ends it when a question takes too long even if nobody is there to kill it.
"""

import signal
import sys
from typing import BinaryIO

from tutor.ai.checking.decider import decide
from tutor.ai.checking.items import Item, encode_verdict
from tutor.ai.embedded.dialogue import Dialogue
from tutor.ai.embedded.request import FULL, KeyRequest, Request, decode, encode_key, encode_reply
from tutor.ai.embedded.worker import READY
from tutor.core.confine import confine

_MEMORY = 1 << 30  # bytes
_WARM_UP = ("2(x-1)=3x+1", "x^2-2x-1=0", "factor x^2-9", "integrate 2x")


def serve(questions: BinaryIO, replies: BinaryIO, alarm_s: float) -> None:
    """Answer until the input ends.

    `alarm_s` is the time in seconds after which a question ends the process (0: never).
    """
    dialogue = Dialogue()
    for question in _WARM_UP:  # SymPy fills its caches at the first use
        dialogue.reply(Request(question, (), "en", FULL))
    _send(replies, READY)
    for line in questions:
        signal.setitimer(signal.ITIMER_REAL, alarm_s)
        answer = _answer(dialogue, decode(line))
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(replies, answer)


def _answer(dialogue: Dialogue, asked: Request | KeyRequest | Item) -> bytes:
    match asked:
        case Item():
            return encode_verdict(decide(asked))
        case KeyRequest():
            return encode_key(dialogue.key(asked))
        case Request():
            return encode_reply(dialogue.reply(asked))


def _send(replies: BinaryIO, line: bytes) -> None:
    replies.write(line)
    replies.flush()


def main() -> None:
    """Limit this process, then serve its standard input and output."""
    confine(memory=_MEMORY, written=0)
    serve(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[1]))


if __name__ == "__main__":
    main()
