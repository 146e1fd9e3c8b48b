"""What people install is whole: a wheel, outside of the repository, without its folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "beholder"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "wheel", "--no-deps"]
    # Built from a copy, so that nothing is left in the repository and nothing stale gets in.
    copy = out / "copy"
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, files.stdout.decode().split("\0")):
        if (ROOT / name).is_file() and name.startswith(("src/", "pyproject", "README", "LICENSE")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run([*pip, "-w", str(out), str(copy)], check=True)
    (made,) = out.glob("beholder-*.whl")
    return made


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    own = {
        f"beholder/{path.relative_to(PACKAGE).as_posix()}"
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert own - names == set()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"beholder"}


def test_installed_elsewhere_it_makes_a_recommender(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    shop = tmp_path / "shop"
    (tmp_path / "items.csv").write_text("item_id,title\na,Red vase\nb,Blue vase\nc,Lamp\n")
    steps = f"""
import json, sys, beholder
from beholder.cli.main import beholder as commands
from beholder.pages import assets, render
from click.testing import CliRunner
for words in (["init", {str(shop)!r}], ["import", {str(shop)!r}, "--items", "items.csv"]):
    done = CliRunner().invoke(commands, words)
    assert done.exit_code == 0, done.output
beholder.train({str(shop)!r}, budget="1s")
with beholder.open({str(shop)!r}) as engine:
    found = engine.search("vases").ids
page = render.render_search(render.Look("Shop"))
print(json.dumps([beholder.__file__, sorted(found), len(assets.assets()) > 3, "</html>" in page]))
"""
    told = subprocess.run(
        [sys.executable, "-c", steps],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    where, *rest = json.loads(told.stdout.splitlines()[-1])
    assert Path(where).is_relative_to(site)
    assert rest == [["a", "b"], True, True]
