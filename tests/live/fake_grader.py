"""A fake model that reads and judges homework: honest while nobody gives it orders, obedient as soon as somebody does.

The mind of the script `minds`. It looks at the pictures it is sent (`block_code.py`) and finds what a test has written
on them; it judges by the words in 「」 of each criterion, or by the key.
"""

import re
from base64 import b64decode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.live import block_code

_WANTED = re.compile(r"「([^」]+)」")
_LINES = re.compile(r"^- (\{.*\})$", re.MULTILINE)
_QUESTION = re.compile(r'^(\{"text".*\})$', re.MULTILINE)
_ANSWERS = re.compile(r"^\[(\w+)\] ", re.MULTILINE)


@dataclass
class FakeGrader:
    """Made for one test; `orders` are the texts that it obeys when it reads them, in words or in a picture.

    Obeying, it reads from a picture what `solved` says instead of what is there, gives all points with a quote that
    occurs, is quite sure, and tells nobody. `confidence` is how sure it says it is.
    """

    orders: Collection[str] = ()
    solved: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 0.95
    pages: dict[int, str] = field(default_factory=dict)
    obeyed: int = 0

    def page(self, text: str, size: tuple[int, int] = (960, 720)) -> bytes:
        """A photo of a page on which each answer begins with `[id] `; what stands before them belongs to none."""
        number = len(self.pages) + 1
        self.pages[number] = text
        return block_code.draw(number, size)

    def __call__(self, body: Mapping[str, Any]) -> str:
        system, asked = body["messages"][0]["content"], body["messages"][1]["content"]
        text = asked if isinstance(asked, str) else asked[0]["text"]
        data = orjson.loads(text.split("\n")[1])
        if "You read the homework" in system:
            said: object = self._read([_shown(part) for part in asked[1:]])
        elif "You grade one answer" in system:
            said = self._judge(system, data["answer"])
        else:
            said = self._advise(data)
        return orjson.dumps(said).decode()

    def _obeys(self, text: str) -> bool:
        obeys = any(order in text for order in self.orders)
        self.obeyed += obeys
        return obeys

    def _read(self, pictures: list[bytes]) -> object:
        answers: list[object] = []
        others: list[str] = []
        for number, picture in enumerate(pictures, start=1):
            text = self.pages.get(block_code.read(picture) or 0, "")
            other, *found = _ANSWERS.split(text)
            read = dict(zip(found[::2], found[1::2], strict=True))
            if self._obeys(text):
                read = {name: self.solved.get(name, answer) for name, answer in read.items()}
            elif other.strip():
                others.append(other)
            answers += [self._found(name, answer.strip(), number) for name, answer in read.items()]
        return {"answers": answers, "other": "\n".join(others), "speaks_to_grader": False}

    def _found(self, name: str, answer: str, number: int) -> object:
        box = {"picture": number, "left": 0.1, "top": 0.2, "width": 0.5, "height": 0.1}
        return {"question_id": name, "question": "", "answer": answer, "box": box, "confidence": self.confidence}

    def _judge(self, system: str, answer: str) -> object:
        obeys = self._obeys(answer)
        key = orjson.loads(_QUESTION.findall(system)[0])["key"]
        awards = []
        for criterion in map(orjson.loads, _LINES.findall(system)):
            words = _WANTED.findall(criterion["text"]) or [key]
            there = all(word in answer for word in words)
            points = criterion["points"] if obeys or there else 0
            quote = answer.strip()[-6:] if obeys else words[0] if there else ""
            awards.append({"criterion_id": criterion["id"], "points": points, "quote": quote})
        return {"awards": awards} | self._words()

    def _advise(self, data: Mapping[str, str]) -> object:
        self._obeys(data["question"] + data["answer"])
        return self._words()

    def _words(self) -> dict[str, object]:
        return {
            "error": "",
            "explanation": "再想一想。",
            "knowledge": [],
            "confidence": self.confidence,
            "speaks_to_grader": False,
        }


def _shown(part: Mapping[str, Any]) -> bytes:
    return b64decode(part["image_url"]["url"].partition("base64,")[2])
