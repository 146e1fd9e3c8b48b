"""How long training may take."""

from __future__ import annotations

import re
import time

from beholder.errors import SettingsError

UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(text: str | float, what: str = "budget") -> float:
    """Read `90s`, `10m` or `1.5h`; a number is seconds.

    Parameters
    ----------
    what
        How a setting or option is called that this is the value of.

    Raises
    ------
    SettingsError
        For anything else.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = f"{text}s"
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", str(text).strip())
    if not found or float(found[1]) <= 0:
        raise SettingsError(
            f"a {what} of {text!r} cannot be read", remedy="write 90s, 10m or 1h", field=what
        )
    return float(found[1]) * UNITS[found[2]]


def told(spent: float) -> str:
    """Return seconds in words: `120 s`, `1.4 s`."""
    return f"{spent:.0f} s" if spent >= 10 else f"{spent:.1f} s"


def check_seed(seed: int) -> int:
    """Return a seed that numbers can be drawn from: 0 or more."""
    if seed < 0:
        raise SettingsError(f"a seed of {seed}", remedy="choose 0 or more", field="seed")
    return seed


class Clock:
    """What is left of a budget; it begins when it is made."""

    def __init__(self, budget: float) -> None:
        self.budget = budget
        self.began = time.monotonic()

    def without(self, seconds: float) -> Clock:
        """Return the same clock with less to spend."""
        found = Clock(self.budget - seconds)
        found.began = self.began
        return found

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds left, may be negative."""
        return self.budget - self.spent

    @property
    def deadline(self) -> float:
        """The end, by `time.monotonic`."""
        return self.began + self.budget
