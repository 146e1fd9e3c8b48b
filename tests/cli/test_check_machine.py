"""`beholder check --machine`: what there is to train with, with and without PyTorch and a card."""

from __future__ import annotations

import json
import os
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from beholder.networks.torch_facts import TorchFacts
from beholder.training.hardware import Cores, Graphics, Memory
from beholder.training.machine import EXTRAS, of_networks, of_room
from command_line import beholder

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
CARD = Graphics(["NVIDIA H200, 143771 MiB"], "570.10", "12.8")


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver's command that tells of a card."""
    smi = tmp_path / "nvidia-smi"
    smi.write_text(
        "#!/bin/sh\n"
        'case "$1" in\n'
        "--query-gpu=*) echo 'NVIDIA H200, 143771 MiB, 570.10' ;;\n"
        "*) echo '| NVIDIA-SMI 570.10   Driver Version: 570.10   CUDA Version: 12.8  |' ;;\n"
        "esac\n"
    )
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def test_it_tells_of_extras_cores_and_memory() -> None:
    told = json.loads(beholder("check", "--machine", "--json")[0])
    assert {extra["name"] for extra in told["extras"]} == EXTRAS.keys()
    for extra in told["extras"]:
        assert (extra["version"] is not None) == (find_spec(EXTRAS[extra["name"]][0]) is not None)
        assert extra["remedy"] == f"pip install 'beholder[{extra['name']}]'"
    assert 1 <= told["cores"]["usable"] <= told["cores"]["all"]
    assert 0 < told["memory"]["free"] < told["memory"]["all"]


def test_every_extra_is_told_and_no_other() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    assert EXTRAS.keys() == project["optional-dependencies"].keys() - {"dev"}


def test_a_card_that_is_not_used_is_told_with_a_remedy(card: None) -> None:
    """Neither this interpreter without PyTorch nor one with its build for processors uses it."""
    told = json.loads(beholder("check", "--machine", "--json")[0])
    assert told["graphics"] == {
        "cards": ["NVIDIA H200, 143771 MiB"], "driver": "570.10", "cuda": "12.8",
    }  # fmt: skip
    printed, _ = beholder("check", "--machine")
    if find_spec("torch") is None:
        assert "is not used: PyTorch is not installed; pip install 'beholder[torch]'" in printed
    else:
        assert "warning: PyTorch " in printed
    assert "CUDA up to 12.8" in printed


@pytest.mark.torch
def test_with_pytorch_it_says_on_what_networks_learn() -> None:
    torch = pytest.importorskip("torch")
    told = json.loads(beholder("check", "--machine", "--json")[0])
    assert told["torch"] == torch.__version__
    assert told["uses"][-1].startswith("networks: the ")


@pytest.mark.parametrize(
    ("torch", "cards", "what", "remedy"),
    [
        (None, CARD, "PyTorch is not installed", "pip install 'beholder[torch]'"),
        (TorchFacts("2.13.0+cpu"), CARD, "built for processors", "a build for CUDA"),
        (
            TorchFacts("2.13.0", "13.0"),
            CARD,
            "570.10 speaks no newer one than 12.8",
            "newer driver",
        ),
        (TorchFacts("2.13.0", "12.9"), CARD, "the driver does", "CUDA_VISIBLE_DEVICES"),
        (TorchFacts("2.13.0", "13.0"), Graphics(["a card"]), "no driver", "NVIDIA's driver"),
        (TorchFacts(None, failed="no libc"), Graphics(), "loaded: no libc", "--force-reinstall"),
    ],
)
def test_what_does_not_match_is_a_problem(
    torch: TorchFacts | None, cards: Graphics, what: str, remedy: str
) -> None:
    (problem,) = of_networks(torch, cards)
    assert what in problem.what
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("torch", "cards"),
    [
        (None, Graphics()),
        (TorchFacts("2.13.0", "13.0"), Graphics()),  # as pip brings it to a machine without a card
        (TorchFacts("2.13.0", "12.8", "NVIDIA H200"), CARD),
    ],
)
def test_what_matches_is_none(torch: TorchFacts | None, cards: Graphics) -> None:
    assert of_networks(torch, cards) == []


def test_a_small_container_is_a_problem() -> None:
    cores, memory = of_room(Cores(8, 8, 1.5), Memory(4_000_000_000, 500_000_000))
    assert cores.remedy == "set encode.workers to 1"
    assert "0.5 GB" in memory.what
    assert of_room(Cores(8, 8, 8.0), Memory(None, None)) == []


@pytest.mark.parametrize("words", [[], ["somewhere", "--machine"]])
def test_one_of_both_is_checked(words: list[str]) -> None:
    assert "name a DIR, or --machine" in beholder("check", *words, status=2)[1]
