"""The loads that every subject gets, and what each is there to show."""

from dataclasses import dataclass

from tests.bench.question import Question


@dataclass(frozen=True, slots=True)
class Scenario:
    """`rooms` with so many `viewers` each; one of them asks `question`, and again after each reply if `again`.

    The asks begin spread over `ramp_s`; `warm_s` later the counting begins, for `window_s`. Then the last replies
    have `grace_s` to end, if they are `awaited`.
    """

    question: Question
    rooms: int
    viewers: int = 1
    ramp_s: float = 1.0
    warm_s: float = 0.5
    window_s: float = 4.0
    grace_s: float = 6.0
    again: bool = False
    awaited: bool = True


IDLE = Scenario(Question(0, 1), rooms=2500, warm_s=1, window_s=3)
# 2 MB/s for whoever is in all rooms: what piles up gives a reader away.
STALL = Scenario(
    Question(tokens=200, rate=100, padding=487), rooms=40, ramp_s=2, warm_s=5, window_s=75, again=True, awaited=False
)
# One reply at a time: too little piles up, so only the silence after a ping gives a reader away.
QUIET_STALL = Scenario(Question(tokens=200, rate=30), rooms=1, warm_s=1, window_s=75, again=True, awaited=False)
STALL_OF_OTHERS_S = 15.0  # they never end it
# Two classes of fifty who all ask again and again; the board of one of them is watched.
LESSON = Scenario(Question(tokens=200, rate=25, delay_ms=200), rooms=50, ramp_s=8, window_s=35, again=True)
SCENARIOS = {
    # Half a school at once: does everything arrive, and when.
    "s500": Scenario(Question(tokens=600, rate=30), rooms=500, ramp_s=12, warm_s=1.5, window_s=5),
    # Five classes of thirty follow a lesson: what one token to one viewer costs.
    "room30": Scenario(Question(tokens=180, rate=30), rooms=5, viewers=30, ramp_s=0.5, warm_s=0.8, window_s=4),
    # Fifty students who ask again and again: the time that the server adds before the first token.
    "first0": Scenario(Question(tokens=60, rate=30), rooms=50, ramp_s=2, warm_s=1, window_s=5, again=True),
    "first200": Scenario(
        Question(tokens=60, rate=30, delay_ms=200), rooms=50, ramp_s=2, warm_s=1, window_s=5, again=True
    ),
    # Fifty students who get one word each: how many questions a core can take.
    "asks": Scenario(Question(tokens=1, rate=100), rooms=50, ramp_s=0.5, warm_s=1, window_s=3, again=True),
    # More than any server here can take, in replies that outlast the window: how many tokens get through on one core.
    "flood": Scenario(Question(tokens=9500, rate=500), rooms=300, ramp_s=7, warm_s=3, window_s=5, awaited=False),
}
