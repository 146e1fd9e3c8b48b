"""What a person sees while something works: counts in their unit."""

from __future__ import annotations

import io

import pytest

from beholder.cli import console
from beholder.cli.console import LineProgress, amount, how_far, number


@pytest.mark.parametrize(
    ("n", "unit", "said"),
    [
        (15, "", "15"),
        (999, "bytes", "1 kB"),
        (331_285, "bytes", "331 kB"),
        (1_250_000, "bytes", "1.2 MB"),
        (3_400_000_000, "bytes", "3.4 GB"),
    ],
)
def test_an_amount_is_said_in_its_unit(n: int, unit: str, said: str) -> None:
    assert amount(n, unit) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0.0000"),
        (0.61234, "0.6123"),
        (-7.77777, "-7.778"),
        (1e-6, "1.0e-06"),
        (5e-5, "0.0001"),
    ],
)
def test_a_number_that_is_not_0_is_never_written_as_0(value: float, said: str) -> None:
    assert number(value) == said


def test_how_far_a_step_is_stands_with_its_share_where_bytes_are_counted() -> None:
    assert how_far(5, 15, "") == "5/15"
    assert how_far(5, None, "") == "5/?"
    assert how_far(1_200_000, 3_400_000, "bytes") == "1.2 MB of 3.4 MB, 35%"
    assert how_far(0, 0, "bytes") == "0 kB", "an empty file has no share"


def test_a_line_of_bytes_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    lines = LineProgress()
    lines.start("reading items.csv", 331_285, "bytes")
    lines.advance(331_285)
    lines.finish()
    assert capsys.readouterr().err.startswith("reading items.csv: 331 kB in ")


def test_a_bar_of_bytes_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    with console.progress() as bars:
        bars.start("reading items.csv", 2_000_000, "bytes")
        bars.advance(500_000)
    assert "500 kB of 2.0 MB, 25%" in shown.getvalue()
