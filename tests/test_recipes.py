"""The recipes name commands, options and settings that there are, and systemd takes its unit.

That of nginx runs in tests/service/test_behind_proxy.py.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_the_settings_of_the_container_and_the_proxy_are_settings() -> None:
    image = (RECIPES / "Dockerfile").read_text(encoding="utf-8")
    told = dict(re.findall(r"-e (BEHOLDER_\w+)='(.*)'", image))
    assert settings.load(None, told).serve.trusted_proxies == ["172.17.0.1"]
    named = re.findall(r"^#     (\w+) = ", (RECIPES / "nginx.conf").read_text(), re.MULTILINE)
    assert {f"serve.{name}" for name in named} <= set(settings.names())
    assert named == ["root_path", "trusted_proxies"]


@pytest.mark.parametrize("broken", [False, True])
def test_systemd_takes_the_unit(tmp_path: Path, broken: bool) -> None:
    """It says nothing to a unit without a fault, and something to one with a fault, the control."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    unit = (RECIPES / "beholder.service").read_text(encoding="utf-8")
    unit = unit.replace("/opt/beholder/bin/beholder", sys.executable)
    if broken:
        unit = unit.replace("ProtectSystem=strict", "ProtectSystem=stricter")
    (tmp_path / "beholder.service").write_text(unit)
    command = [analyze, "verify", str(tmp_path / "beholder.service")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in ended.stderr.splitlines() if "beholder.service" in line]
    assert bool(said) is broken, ended.stderr
    assert broken or ended.returncode == 0
