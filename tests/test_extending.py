"""The examples of docs/extending.md: each is run as it stands on the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import beholder
from beholder.behaviour.event import Event
from beholder.bundle.parts import recipe
from beholder.catalogue.readers import READERS, open_rows
from beholder.engine.stages import STAGES
from beholder.models.registry import MODELS
from beholder.store import ItemRecord, Store
from beholder.testing.encoder_checks import ENCODER_CHECKS
from beholder.testing.reader_checks import READER_CHECKS
from beholder.workspace import Workspace
from planted import BEGIN, DAY

PAGE = (Path(__file__).parents[1] / "docs" / "extending.md").read_text(encoding="utf-8")
SOURCE = Path(beholder.__file__).parents[1]


def examples(heading: str) -> list[str]:
    """Return the Python of one section of the page."""
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (own,) = [text for text in section if text.startswith(heading + "\n")]
    return re.findall(r"```python\n(.*?)```", own, re.DOTALL)


def run(code: str, name: str, **given: object) -> ModuleType:
    """Return a module with this code."""
    module = ModuleType(name)
    module.__dict__.update(given)
    exec(compile(code, f"docs/extending.md: {name}", "exec"), module.__dict__)
    return module


def python(code: str, *folders: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a process that finds modules in these folders."""
    path = os.pathsep.join([str(SOURCE), *map(str, folders)])
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )


# -- a model --------------------------------------------------------------------------------


def walked(root: Path) -> None:
    """Make a workspace of 40 items, which 150 people mostly take in their order."""
    rng = np.random.default_rng(3)
    workspace = Workspace.create(root, '[train]\nmodules = ["mine"]\n')
    with Store.open(workspace, create=True) as store:
        store.put_items([ItemRecord(f"item-{i:02d}", f"Item {i}", {}) for i in range(40)])
        for person in range(150):
            place, events = int(rng.integers(40)), []
            for step in range(8):
                events.append(
                    Event(f"item-{place:02d}", "like", f"p{person}", time=BEGIN + step * DAY)
                )
                place = (place + 1) % 40 if rng.random() < 0.8 else int(rng.integers(40))
            store.record(events)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A workspace trained with the model of the page: root, folder of the module, bundle."""
    folder = tmp_path_factory.mktemp("extending")
    root, modules = folder / "workspace", folder / "modules"
    walked(root)
    modules.mkdir()
    (code,) = examples("A model")
    (modules / "mine.py").write_text(code)
    command = (
        "from beholder.cli.main import run\n"
        f"run(['train', {str(root)!r}, '--model', 'follows', '--model', 'itemknn',"
        " '--budget', '60s', '--json'])"
    )
    done = python(command, modules)
    assert done.returncode == 0, done.stderr
    return root, modules, json.loads(done.stdout)["bundle"]


def test_the_example_is_short() -> None:
    (code,) = examples("A model")
    assert len([line for line in code.splitlines() if line.strip()]) <= 35


def test_a_model_of_ones_own_is_tuned_weighed_and_told_in_the_bundle(
    followed: tuple[Path, Path, str],
) -> None:
    root, _, bundle = followed
    choice = recipe(root / "bundles" / bundle).choice
    own = next(one for one in choice.members if one.member == "follows")
    assert own.model == "follows"
    assert own.tried == 2
    assert own.settings["shrink"] in (5.0, 20.0)
    other = next(one for one in choice.members if one.member == "itemknn")
    assert own.ndcg10 > other.ndcg10 + 0.03  # the order is what there is to learn
    assert own.warm > 0


def test_the_bundle_is_served_and_explained_without_its_code(
    followed: tuple[Path, Path, str],
) -> None:
    root, _, bundle = followed
    code = (
        "import beholder, importlib.util, json\n"
        "assert importlib.util.find_spec('mine') is None\n"
        f"with beholder.open({str(root)!r}) as engine:\n"
        "    answer = engine.recommend(history=['item-02', 'item-03'], k=5)\n"
        "    why = engine.explain(answer.ids[0], history=['item-02', 'item-03'])\n"
        "total = why.base + sum(one.share for one in why.shares)\n"
        "print(json.dumps([answer.bundle, answer.level, answer.ids[0], why.score, total]))"
    )
    done = python(code)
    assert done.returncode == 0, done.stderr
    served, level, first, score, total = json.loads(done.stdout)
    assert (served, level, first) == (bundle, "session", "item-04")
    assert total == pytest.approx(score)


def test_training_without_the_code_says_what_is_missing(followed: tuple[Path, Path, str]) -> None:
    root, modules, _ = followed
    ask = (
        f"from beholder.cli.main import run\nrun(['evaluate', {str(root)!r}, '--model', 'follows'])"
    )
    done = python(ask)
    assert done.returncode == 2
    assert "train.modules names 'mine', which cannot be imported: No module named" in done.stderr
    assert "PYTHONPATH" in done.stderr
    (modules / "broken").mkdir()
    (modules / "broken" / "mine.py").write_text("1 / 0")
    done = python(ask, modules / "broken")
    assert done.returncode == 2
    assert "cannot be imported: division by zero" in done.stderr


def test_the_evaluation_knows_it_too(followed: tuple[Path, Path, str]) -> None:
    root, modules, _ = followed
    code = (
        "import beholder\n"
        f"(found,) = beholder.evaluate({str(root)!r}, 'leave-last-out', models='follows',"
        " budget='20s')\n"
        "print(*sorted(one.member for one in found.members))"
    )
    done = python(code, modules)
    assert done.stdout.split() == ["follows", "placement"], done.stderr


def test_a_package_brings_a_model_by_its_entry_point(tmp_path: Path) -> None:
    (code,) = examples("A model")
    (tmp_path / "mine.py").write_text(code.replace("@beholder.register\n", ""))
    info = tmp_path / "mine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[beholder.models]\nfollows = mine:Follows\n")
    look = (
        "import beholder.models.own as own, beholder.models.registry as there\n"
        "own.load_own([])\nprint(there.MODELS['follows'].__module__)"
    )
    assert python(look, tmp_path).stdout.strip() == "mine"
    (info / "entry_points.txt").write_text("[beholder.models]\nfollows = mine:Leads\n")
    done = python(look, tmp_path)
    assert "entry point 'follows' of beholder.models (mine:Leads) cannot be loaded" in done.stderr


@pytest.fixture
def follows() -> Iterator[ModuleType]:
    """The module of the page, registered as long as a test lasts."""
    (code,) = examples("A model")
    yield run(code, "mine")
    del MODELS["follows"]


def test_a_class_is_fitted_on_a_table_in_memory(follows: ModuleType) -> None:
    # Each of 60 people goes through items 0 to 9 in order, from an item of their own on.
    events = [(user, (user + step) % 10, step + 1) for user in range(60) for step in range(6)]
    users, items, times = map(list, zip(*events, strict=True))
    found = beholder.fit((users, items, times), model=follows.Follows, budget="5s")
    assert [one.member for one in found.members] == ["follows", "placement"]
    assert found.recommend([3], k=1).ids == [4]
    assert found.recommend([7], k=1).ids == [8]


# -- a stage --------------------------------------------------------------------------------


def test_a_stage_is_measured_and_served(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage, use = examples("A stage")
    found = run(stage + use, "stage", folder=str(trained))
    rows = {row.model: row for row in found.found.rows}
    assert rows["auto, rarer"].metrics["novelty@10"] > rows["auto"].metrics["novelty@10"]
    assert rows["auto, rarer"].p is not None
    assert "auto, rarer" in capsys.readouterr().out
    with beholder.open(trained) as engine:
        usual = engine.recommend(history=["item-0003"])
        assert engine.pipeline.stages == STAGES
    assert found.answer.ids != usual.ids


def test_what_a_stage_took_is_in_the_scores(trained: Path) -> None:
    stage, _ = examples("A stage")
    mine = run(stage, "stage").MINE
    with beholder.open(trained, stages=mine) as engine, beholder.open(trained) as plain:
        history = ["item-0003", "item-0011"]
        own = {one.id: one.score for one in engine.recommend(history=history, k=50).items}
        usual = {one.id: one.score for one in plain.recommend(history=history, k=200).items}
        popularity = dict(zip(plain.parts.items["item_id"].to_pylist(),
                              plain.parts.popularity.tolist(), strict=True))  # fmt: skip
        top = plain.parts.choice.weights.top
        for item, score in own.items():
            if item in usual:
                assert score == pytest.approx(usual[item] - 0.5 * top * popularity[item], abs=1e-5)


# -- an encoder and a reader ----------------------------------------------------------------


@pytest.mark.parametrize("check", ENCODER_CHECKS, ids=lambda check: check.__name__)
def test_the_encoder_of_the_page_passes_every_check(check) -> None:  # type: ignore[no-untyped-def]
    (code,) = examples("An encoder")
    check(run(code, "encoder").Light())


def write(path: Path, rows: list[dict[str, str]]) -> None:
    lines = ["|".join(rows[0]), *("|".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def reader() -> Iterator[ModuleType]:
    (code,) = examples("A reader")
    yield run(code, "reader")
    del READERS[".psv"]


@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_the_reader_of_the_page_passes_every_check(  # type: ignore[no-untyped-def]
    check, reader: ModuleType, tmp_path: Path
) -> None:
    check(reader.read, write, tmp_path / "file.psv")


def test_the_reader_of_the_page_is_found_by_its_suffix(reader: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "items.psv"
    path.write_text("item_id|title\na|one\nb\nc|three\n")
    refused: list[tuple[int, str]] = []
    (batch,) = open_rows(path, lambda row, reason: refused.append((row, reason)))
    assert batch.lists() == {"item_id": ["a", "c"], "title": ["one", "three"]}
    assert list(batch.rows) == [2, 4]
    assert refused == [(3, "has 1 columns, the first line 2")]
