"""Each example of docs/your-files.md is read as it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from command_line import beholder

PAGE = Path(__file__).parents[2] / "docs" / "your-files.md"
EXAMPLE = re.compile(
    r"```\w+ (?P<file>\S+)\n(?P<text>.*?)```\n\n    beholder (?P<words>[^\n]+)\n\n"
    r"\*\*(?P<read>\d+) of (?P<rows>\d+) rows are read",
    re.DOTALL,
)


class Example(NamedTuple):
    file: str
    text: str
    words: str
    read: str
    rows: str


EXAMPLES = [Example(*found.groups()) for found in EXAMPLE.finditer(PAGE.read_text("utf-8"))]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.file for example in EXAMPLES])
def test_an_example_is_read_as_the_page_says(
    example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(example.file).write_text(example.text, "utf-8")
    Path("pictures").mkdir()
    for name in re.findall(r"[\w-]+\.jpg", example.text):
        Image.new("RGB", (40, 30), "#804020").save(Path("pictures") / name)
    beholder("init", "shop")
    beholder(*shlex.split(example.words), "--dry-run")
    report = json.loads(beholder(*shlex.split(example.words), "--json")[0])
    (file,) = (one for one in report["files"] if one["file"] == example.file)
    read = file["read"] - file["refused"]
    assert (read, file["read"]) == (int(example.read), int(example.rows)), report["reasons"]
    if "--media" in example.words:
        assert report["pictures_found"] == 3


def test_every_file_of_the_page_is_an_example() -> None:
    assert len(EXAMPLES) == len(re.findall(r"^```\w+ ", PAGE.read_text("utf-8"), re.MULTILINE))
