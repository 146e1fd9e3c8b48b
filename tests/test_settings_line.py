"""A value written into the settings file changes that line and no other."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from beholder.cli.init import TOML
from beholder.errors import SettingsError
from beholder.settings_line import replace_value

URL = 'postgresql://me:a"b\\c@host/db'


@pytest.mark.parametrize(
    "text",
    [
        "",
        'title = "x"',
        TOML.format(title='"x"', weights=""),
        '[store]\nurl = "old"  # mine\nkeys_url = "kept"\n\n[serve]\nport = 1\n',
        '[serve]\nport = 1\n[store]   # here\nkeys_url = "kept"\nurl="old"',
    ],
)
def test_a_text_is_replaced_or_added(text: str, tmp_path: Path) -> None:
    path = tmp_path / "beholder.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    for value in (URL, "", URL):
        replace_value(path, "store", "url", value)
        before, after = tomllib.loads(text), tomllib.loads(path.read_text(encoding="utf-8"))
        before.setdefault("store", {})["url"] = value
        assert after == before
    lines = [line for line in text.splitlines() if not line.startswith("url")]
    assert [line for line in path.read_text().splitlines() if line in lines] == lines
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_written_otherwise_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "beholder.toml"
    path.write_text('store = {url = "old"}\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="no place for url"):
        replace_value(path, "store", "url", URL)
    assert path.read_text(encoding="utf-8") == 'store = {url = "old"}\n'
