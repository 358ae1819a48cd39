"""How the board's nouns are shown: from models to the answers of `messages.py`."""

from dataclasses import asdict

from tutor.board.messages import HandView, TileView
from tutor.board.models import Hand, Tile


def tile_view(tile: Tile) -> TileView:
    """A tile as it is shown."""
    return TileView(**asdict(tile))


def hand_view(hand: Hand) -> HandView:
    """A hand as it is shown."""
    return HandView(
        conversation_id=hand.id,
        student_id=hand.student_id,
        student_name=hand.student_name,
        line=hand.line,
        raised_at=hand.raised_at,
        claimed_by=hand.claimed_by,
        claimed_name=hand.claimed_name,
        claimed_at=hand.claimed_at,
    )
