"""What models that PyTorch trains say that they take is what they take, within a factor of two."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("torch")

from beholder.models.registry import MODELS

pytestmark = pytest.mark.torch
BY_TORCH = [name for name, model in MODELS.items() if model.card.needs == "torch"]

# A small world first, so that what is loaded once is no part of it; then one that takes much.
MEASURED = """
import re, sys
from pathlib import Path
from beholder.models.contract import FitOptions
from beholder.models.registry import MODELS
from planted import dataset_of, make_world
model = MODELS[sys.argv[1]]
def kilobytes(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
settings = model.Settings()
once = FitOptions(most=1)
model.fit(dataset_of(make_world(n_items=80, n_users=40)), settings, once)
dataset = dataset_of(make_world(n_items=4000, n_users=3000))
dataset.content, dataset.interactions.matrix
Path("/proc/self/clear_refs").write_text("5")
before = kilobytes("VmRSS")
model.fit(dataset, settings, once)
print(model.card.memory(dataset, settings), 1024 * (kilobytes("VmHWM") - before))
"""


@pytest.mark.parametrize("name", BY_TORCH)
def test_what_a_model_says_that_it_takes_is_what_it_takes(name: str) -> None:
    command = [sys.executable, "-c", MEASURED, name]
    path = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    said, took = map(int, done.stdout.split())
    assert 0.5 < said / took < 2, (said, took)
