"""Look-alike answers: which of a question's answers say the same, typed or recognised. Pure; used by `groups.py`."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping

# What people write or leave out at the end of an answer without meaning anything by it.
ENDS = " 。．.,，;；、!！"


def plain(answer: str) -> str:
    """An answer as it is compared: one width, one case, no spaces, no full stop. Signs and line breaks that mean
    something stay.
    """
    lines = unicodedata.normalize("NFKC", answer).casefold().splitlines()
    bare = ("".join(line.split()).strip(ENDS) for line in lines)
    return "\n".join(line for line in bare if line)


def groups_of(answers: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The names of those answers that are alike, two at least in each group, the largest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, answer in answers.items():
        found[plain(answer)].append(name)
    groups = [tuple(names) for names in found.values() if len(names) > 1]
    return sorted(groups, key=len, reverse=True)
