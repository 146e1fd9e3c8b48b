"""The recipes name commands, options and settings that there are; nginx's runs elsewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from beholder import settings
from beholder.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]
RECIPES = ROOT / "recipes"
REFERENCE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


def test_the_unit_starts_a_command_that_there_is() -> None:
    unit = (RECIPES / "beholder.service").read_text(encoding="utf-8")
    command = re.search(r"^ExecStart=\S+/beholder (\w+) \S+ (.*)$", unit, re.MULTILINE)
    assert command is not None
    assert command[1] in COMMANDS
    options = [word for word in shlex.split(command[2]) if word.startswith("--")]
    assert options
    assert all(f"  {option} " in REFERENCE for option in options)


def test_the_image_is_made_of_files_that_there_are_and_starts_the_server() -> None:
    image = (RECIPES / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (.*) \S+$", image, re.MULTILINE):
        assert all((ROOT / name).exists() for name in line.split())
    assert 'CMD ["serve", "/shop", "--host", "0.0.0.0"]' in image


def test_the_setting_that_the_proxy_needs_is_one() -> None:
    assert "root_path = " in (RECIPES / "nginx.conf").read_text(encoding="utf-8")
    assert "serve.root_path" in settings.names()
