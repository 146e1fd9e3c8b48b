"""The plan of the house: which room may use which, read from the code itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from beholder.models.registry import MODELS

SOURCE = Path(__file__).parents[1] / "src" / "beholder"

# The files that everyone may use, in their own order.
GROUND = {
    "errors": set(),
    "progress": set(),
    "durable": set(),
    "disk": {"errors"},
    "secret_files": {"errors"},
    "named_file": {"errors"},
    "tensors": set(),
    "numbers_in_text": set(),
    "unicode": set(),
    "lists": {"errors"},
    "measures": set(),
    "percent": set(),
    "translations": set(),
    "telling": set(),
    "sold_out": {"unicode"},
    "settings": {"errors"},
    "settings_line": {"errors", "durable"},
    "workspace": {"errors", "settings", "durable"},
    "__init__": {"errors", "progress", "workspace", "engine", "models", "training", "evaluation",
                 "frames", "reporting"},
}  # fmt: skip
# A room uses rooms that stand before it on the road of the data, never one after it.
ROOMS = {
    "behaviour": set(),
    "media": set(),
    "store": {"behaviour"},
    "catalogue": {"behaviour", "store", "media"},
    "encoders": {"media", "store"},
    "index": set(),
    "rules": set(),
    "spaces": {"index"},
    "scorers": {"behaviour", "index", "spaces"},
    "dataset": {
        "behaviour", "store", "catalogue", "encoders", "index", "rules", "spaces", "scorers",
    },
    "networks": {"encoders"},
    "models": {"behaviour", "index", "dataset", "spaces", "scorers", "networks"},
    "bundle": {"index", "dataset", "rules", "spaces", "scorers"},
    "engine": {
        "behaviour", "store", "encoders", "index", "rules", "dataset", "spaces", "scorers",
        "bundle",
    },
    "blending": {
        "behaviour", "index", "dataset", "spaces", "scorers", "models", "bundle", "engine",
    },
    "training": {
        "behaviour", "media", "store", "encoders", "rules", "dataset", "spaces", "scorers",
        "networks", "models", "bundle", "engine", "blending",
    },
    "evaluation": {
        "behaviour", "store", "dataset", "spaces", "scorers", "models", "bundle", "engine",
        "blending", "training",
    },
    "frames": {
        "behaviour", "catalogue", "dataset", "spaces", "models", "bundle", "engine",
        "blending", "training", "evaluation",
    },
    "backup": {"store", "bundle"},
    "privacy": {"behaviour", "store"},
    "pages": set(),
    "reporting": {
        "store", "catalogue", "media", "dataset", "models", "bundle", "engine", "training",
        "evaluation", "pages",
    },
    "demo": {
        "behaviour", "media", "store", "catalogue", "encoders", "networks", "bundle", "training",
    },
    "testing": {
        "behaviour", "catalogue", "encoders", "index", "dataset", "spaces", "scorers", "models",
        "bundle", "engine", "blending", "training", "evaluation",
    },
    "service": {
        "behaviour", "media", "store", "encoders", "dataset", "spaces", "scorers", "bundle",
        "engine", "privacy", "pages",
    },
}  # fmt: skip
# Rooms that answer, and the rooms that learn: a bundle is served without them.
SERVE = ("scorers", "bundle", "engine", "service", "pages")
LEARN = {"networks", "models", "blending", "training"}
# Libraries that only their owner knows.
OWNERS = {
    "torch": {"networks"},
    "tensorboardX": {"networks"},
    "sklearn": set(),
    "onnx": {"encoders"},
    "onnxruntime": {"encoders"},
    "PIL": {"media", "encoders", "demo", "testing"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "litestar": {"service"},
    "granian": {"service"},
    "jinja2": {"pages"},
    "snowballstemmer": {"spaces"},
    "click": {"cli"},
    "rich": {"cli"},
}


@cache
def modules() -> list[tuple[str, Path, ast.Module]]:
    """Return room, file and syntax tree of every module."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        inside = path.relative_to(SOURCE)
        room = inside.parts[0] if len(inside.parts) > 1 else inside.stem
        room = "cli" if room == "__main__" else room
        found.append((room, path, ast.parse(path.read_text(encoding="utf-8"))))
    return found


def imported(tree: ast.Module, path: Path) -> Iterator[str]:
    """Yield the full names of all imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            assert node.module is not None
            if node.module == "beholder":
                yield from (f"beholder.{alias.name}" for alias in node.names)
            else:
                yield node.module


def rooms_imported(tree: ast.Module, path: Path) -> set[str]:
    names = {name.split(".")[1] for name in imported(tree, path) if name.startswith("beholder.")}
    return names - {"__version__"}


def test_every_room_stands_in_the_plan() -> None:
    assert {room for room, _, _ in modules()} <= GROUND.keys() | ROOMS.keys() | {"cli"}


def test_rooms_use_only_what_stands_before_them() -> None:
    ground = GROUND.keys() - {"__init__"}
    for room, path, tree in modules():
        if room == "cli":
            continue
        allowed = {room} | (GROUND[room] if room in GROUND else ROOMS[room] | ground)
        for name in rooms_imported(tree, path):
            assert name in allowed, f"{path.relative_to(SOURCE)} imports {name}"


def test_the_plan_has_no_circle() -> None:
    done: set[str] = set()
    waiting = dict(ROOMS)
    while waiting:
        free = [room for room, needs in waiting.items() if needs <= done]
        assert free, f"these use each other: {sorted(waiting)}"
        for room in free:
            done.add(room)
            del waiting[room]


def test_nothing_imports_the_commands_and_only_commands_the_service() -> None:
    for room, path, tree in modules():
        names = rooms_imported(tree, path)
        assert room == "cli" or "cli" not in names, path
        assert room in ("cli", "service") or "service" not in names, path


def reached(start: str) -> set[str]:
    """Return a room and all rooms that it may use, directly or by way of others."""
    found, waiting = set(), [start]
    while waiting:
        room = waiting.pop()
        if room not in found:
            found.add(room)
            waiting += ROOMS[room]
    return found


@pytest.mark.parametrize("room", SERVE)
def test_what_serves_reaches_nothing_that_learns(room: str) -> None:
    assert not reached(room) & LEARN


def test_what_learns_is_reached_by_training_alone() -> None:
    assert {room for room, needs in ROOMS.items() if "models" in needs} == {
        "blending",
        "training",
        "evaluation",
        "frames",
        "reporting",
        "testing",
    }


# What others may know of models: what all have in common, and what is a part of every blend.
NAMELESS = {"adam", "card", "contract", "dense", "own", "registry"}
PARTS = {"placement", "popularity"}


def test_nothing_outside_of_the_models_knows_one_by_its_name() -> None:
    for room, path, tree in modules():
        names = {name.split(".")[2] for name in imported(tree, path) if _is_of_models(name)}
        assert room == "models" or names <= NAMELESS | PARTS, f"{path}: {names}"
    assert {MODELS[name].card.part for name in PARTS} == {"placing", "popularity"}


def _is_of_models(name: str) -> bool:
    return name.startswith("beholder.models.")


def test_libraries_stay_in_the_rooms_that_own_them() -> None:
    for room, path, tree in modules():
        for name in imported(tree, path):
            owners = OWNERS.get(name.split(".")[0])
            assert owners is None or room in owners, f"{path.relative_to(SOURCE)} imports {name}"


# -- nothing runs code from files -----------------------------------------------------------

PICKLES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
THE_ONE_READER = "encoders/lite0_weights.py"


def code_runners(tree: ast.Module, path: Path) -> Iterator[str]:
    """Yield what could run code that came in a file."""
    for name in imported(tree, path):
        if name.split(".")[0] in PICKLES:
            yield f"import {name}"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Name) and function.id in ("eval", "exec", "__import__"):
            yield f"{function.id}()"
        if isinstance(function, ast.Attribute) and function.attr in ("load", "loads"):
            called = ast.unparse(function)
            if called in ("torch.load", "yaml.load"):
                yield called
            if called in ("np.load", "numpy.load"):
                refused = [k for k in node.keywords if k.arg == "allow_pickle"]
                if not refused or ast.unparse(refused[0].value) != "False":
                    yield f"{called} without allow_pickle=False"


def test_no_file_can_bring_code_along() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): list(code_runners(tree, path))
        for _, path, tree in modules()
    }
    found = {name: runners for name, runners in found.items() if runners}
    assert found == {THE_ONE_READER: ["import pickle"]}


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "def f():\n    import marshal",
        "eval('1')",
        "exec(text)",
        "torch.load(path)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_the_search_for_code_runners_finds_them(code: str) -> None:
    assert list(code_runners(ast.parse(code), Path("x.py")))


# -- starting is cheap ----------------------------------------------------------------------

HEAVY = ("torch", "onnxruntime", "onnx", "pyarrow", "numpy", "scipy", "sqlalchemy", "litestar",
         "PIL", "rich")  # fmt: skip


@pytest.mark.parametrize("module", ["beholder", "beholder.cli.main"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print(*sorted({HEAVY!r} & sys.modules.keys()))"
    code = code.replace(f"{HEAVY!r} &", f"set({HEAVY!r}) &")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_an_engine_answers_without_models_encoders_or_the_web(trained: Path) -> None:
    code = (
        "import beholder, sys\n"
        f"with beholder.open({str(trained)!r}) as engine:\n"
        "    assert engine.recommend(k=3).items\n"
        "learning = {name for name in sys.modules if name.split('.')[:2] in "
        "(['beholder', 'models'], ['beholder', 'training'])}\n"
        "print(*sorted({'torch', 'onnxruntime', 'litestar', 'click'} & sys.modules.keys()))\n"
        "print(*sorted(learning))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
