"""A small plot of a loss by epoch, in characters."""

from __future__ import annotations

from collections.abc import Sequence

STEPS = " ▁▂▃▄▅▆▇█"  # a place is filled by eighths
HEIGHT, WIDTH = 5, 60


def curve(losses: Sequence[float], height: int = HEIGHT, width: int = WIDTH) -> str:
    """Return the plot: a column an epoch, the newest `width` of them, from 0 up to the largest."""
    shown = list(losses[-width:])
    top = max(shown, default=0.0) or 1.0
    filled = [max(round(loss / top * height * 8), 1) for loss in shown]
    lines = []
    for row in range(height, 0, -1):
        cells = "".join(STEPS[min(max(n - (row - 1) * 8, 0), 8)] for n in filled)
        mark = f"{top:.4f}" if row == height else f"{0:.4f}" if row == 1 else ""
        lines.append(f"{mark:>8} │{cells}")
    return "\n".join(lines)
