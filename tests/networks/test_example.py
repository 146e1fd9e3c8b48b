"""`examples/classic.py`, which stands by itself."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("flask_cors")

from small_cifar import batch, binaries  # noqa: E402

pytestmark = pytest.mark.torch
FILE = Path(__file__).parents[2] / "examples" / "classic.py"


@pytest.fixture(scope="module")
def example() -> Any:
    spec = importlib.util.spec_from_file_location("classic_example", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_learns_and_answers(
    example: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(1)
    model = example.SmallCnn()
    example.train(model, binaries(tmp_path, 60), "cat", epochs=3)
    lines = capsys.readouterr().out.splitlines()
    assert all(re.fullmatch(r"Epoch \[\d\], Loss: \d\.\d{4}, Accuracy: \d+\.\d\d%", line)
               for line in lines[:3])  # fmt: skip
    assert lines[3] == "always saying no reaches 90.00%"
    client = example.create_app(model).test_client()
    rows, labels = batch(99)
    said = []
    for row in rows:
        answer = client.post("/recommend", json={"image": row.reshape(3, 32, 32).tolist()})
        assert answer.status_code == 200
        said.append(answer.get_json()["prediction"])
    cats = [number for number, label in zip(said, labels, strict=True) if label == 3]
    others = [number for number, label in zip(said, labels, strict=True) if label != 3]
    assert min(cats) > max(others)
    shares = (rows[3] / 255).tolist()
    answer = client.post("/recommend", json={"image": shares}, headers={"Origin": "http://a.b"})
    assert answer.get_json()["prediction"] == pytest.approx(said[3], abs=1e-4)
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "http://a.b")


@pytest.mark.parametrize("image", [None, "x", [1, 2], [-1.0] * 3072, [[1], [2, 3]]])
def test_what_is_no_picture_is_refused(example: Any, image: object) -> None:
    client = example.create_app(example.SmallCnn()).test_client()
    assert client.post("/recommend", json={"image": image}).status_code == 422


def test_it_is_short() -> None:
    assert len(FILE.read_text().splitlines()) < 120
