"""A bar chart as SVG that reads well on light and dark pages: no library, no script, colours by the page's scheme."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, FIGURES, BAR, GAP, HEAD, MARGIN = 760, 230, 90, 18, 8, 44, 16
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 14px }
  .figure { font-variant-numeric: tabular-nums }
  .note { fill: #59636e; font-size: 12px }
  .ours { fill: #0e7c66 } .other { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .note { fill: #9198a1 } .ours { fill: #2fbf9b } .other { fill: #656c76 }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: what it is of, how long, and whether it is ours."""

    label: str
    value: float
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows that are compared with each other; `note` says which way is better. Figures have so many `digits`."""

    title: str
    note: str
    bars: Sequence[Bar]
    digits: int = 0


def svg(panels: Sequence[Panel]) -> str:
    """The chart, one panel below the other."""
    y, drawn = MARGIN, []
    for panel in panels:
        rows, y = _panel(panel, y)
        drawn += rows
    names = "; ".join(panel.title for panel in panels)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" aria-label="{escape(names)}">'
    return "\n".join([head, f"<style>{STYLE}</style>", *drawn, "</svg>", ""])


def _panel(panel: Panel, y: int) -> tuple[list[str], int]:
    most = max((bar.value for bar in panel.bars), default=0) or 1
    room = WIDTH - LABELS - FIGURES - 2 * MARGIN
    drawn = [
        f'<text class="title" x="{MARGIN}" y="{y + 14}">{escape(panel.title)}</text>',
        f'<text class="note" x="{MARGIN}" y="{y + 32}">{escape(panel.note)}</text>',
    ]
    y += HEAD
    for bar in panel.bars:
        width = max(1, round(room * bar.value / most))
        x, middle = MARGIN + LABELS, y + BAR - 5
        kind = "ours" if bar.ours else "other"
        drawn += [
            f'<text x="{MARGIN}" y="{middle}">{escape(bar.label)}</text>',
            f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{BAR}" rx="3"/>',
            f'<text class="figure" x="{x + width + 8}" y="{middle}">{bar.value:,.{panel.digits}f}</text>',
        ]
        y += BAR + GAP
    return drawn, y + MARGIN
