"""Rules follow the settings file; a broken one keeps those from before and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from beholder.errors import SettingsError
from beholder.rules.live import LOOK, LiveRules
from beholder.rules.standing import Ban, Standing

ONE = '[[rules]]\nrule = "ban"\nname = "one"\nwhere = "a = 1"\n'
TWO = '[[rules]]\nrule = "ban"\nname = "two"\nwhere = "a = 2"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "beholder.toml"
    path.write_text(ONE)
    return path


def names(standing: Standing) -> list[str]:
    return [rule.name for rule in standing.rules]


def test_a_change_is_there_half_a_second_later(path: Path) -> None:
    live = LiveRules(path, {})
    assert names(live.look(100.0)) == ["one"]
    path.write_text(TWO)  # as long as before, and maybe within one tick of the file's clock
    assert names(live.look(100.0 + LOOK / 2)) == ["one"]
    assert names(live.look(100.0 + LOOK)) == ["two"]
    assert LOOK < 1


def test_the_same_rules_are_the_same_object_whatever_else_changed(path: Path) -> None:
    live = LiveRules(path, {})
    before = live.look(0.0)
    path.write_text('title = "Other"\n' + ONE)
    assert live.look(1.0) is before
    assert live.problem == ""


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("[[rules", "not valid TOML"),
        ('[[rules]]\nrule = "ban"\nwhere = "a ="\n', "rule 1: expected a number"),
        ("[serve]\nprot = 1\n", "no setting 'serve.prot'"),
        (None, "beholder.toml cannot be read"),
    ],
)
def test_a_broken_file_keeps_the_rules_and_says_so(
    path: Path, broken: str | None, words: str
) -> None:
    live = LiveRules(path, {})
    path.unlink() if broken is None else path.write_text(broken)
    for now in (1.0, 2.0, 3.0):
        assert names(live.look(now)) == ["one"]
        assert "the rules from before are kept" in live.problem
        assert words in live.problem
    path.write_text(ONE)  # the very file from before
    assert names(live.look(4.0)) == ["one"]
    assert live.problem == ""
    path.write_text(TWO)
    assert names(live.look(5.0)) == ["two"]


def test_a_file_that_is_broken_at_the_start_is_refused(path: Path) -> None:
    path.write_text("[[rules")
    with pytest.raises(SettingsError, match="not valid TOML"):
        LiveRules(path, {})


def test_rules_may_come_from_the_environment(path: Path) -> None:
    environ = {"BEHOLDER_RULES": '[{rule = "ban", where = "a = 3"}]'}
    assert LiveRules(path, environ).rules.rules == (Ban(name="rule 1", where="a = 3"),)
