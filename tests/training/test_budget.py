"""How long training may take, in words."""

from __future__ import annotations

import pytest

from beholder.errors import SettingsError
from beholder.training.budget import seconds


@pytest.mark.parametrize(
    ("text", "expected"), [("90s", 90), ("10m", 600), ("1.5h", 5400), (" 2m ", 120)]
)
def test_a_budget_is_read(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "10", "m", "-5m", "0s", "10 minutes", "1d"])
def test_a_budget_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="90s, 10m or 1h"):
        seconds(text)
