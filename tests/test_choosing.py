"""The page of choosing says of each model what its card says, and names no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from beholder.encoders.item_network import KIND
from beholder.models.registry import MODELS
from beholder.training.dry_run_networks import NETWORKS

PAGE = (Path(__file__).parents[1] / "docs" / "choosing.md").read_text(encoding="utf-8")
COSTS = {"light": "seconds", "solve": "a dense system", "gradient": "rounds"}
SPEAKS = {"warm": "items with behaviour", "cold": "items without"}


@pytest.mark.parametrize("name", MODELS)
def test_its_table_agrees_with_the_cards(name: str) -> None:
    card = MODELS[name].card
    couples = f"; {card.couples:,} couples" if card.couples else ""
    cells = [
        f"`{name}`",
        ", ".join(sorted(card.learns)) + couples,
        ", ".join(sorted(card.also)) or "-",
        "all items" if len(card.speaks_of) == 2 else SPEAKS[min(card.speaks_of)],
        COSTS[card.cost],
        f"`beholder[{card.needs}]`" if card.needs else "-",
    ]
    assert f"| {' | '.join(cells)} |" in PAGE.splitlines()


def test_it_names_every_model_for_some_task_and_none_that_is_gone() -> None:
    tasks, models = PAGE.split("## By task")[1].split("## The models")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", models, re.MULTILINE)) == MODELS.keys()
    suits = {
        name
        for line in re.findall(r"^\| [^|]+ \| ([^|]+) \| [^|]+ \|$", tasks, re.MULTILINE)
        for name in re.findall(r"`([a-z-]+)`", line)
    }
    assert suits == (MODELS.keys() - {"popularity"}) | NETWORKS.keys() | {KIND}


@pytest.mark.parametrize("cost", COSTS.values())
def test_it_says_what_each_kind_of_cost_is(cost: str) -> None:
    assert f"- **{cost}**: " in PAGE
