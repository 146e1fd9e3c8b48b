"""Each example of docs/rules.md, run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from beholder.errors import FilterError
from beholder.rules.facets import Facets
from beholder.rules.fit import fit
from beholder.rules.mask import Filter, Masks
from beholder.rules.standing import Rule, read
from beholder.rules.values import TYPES
from beholder.settings import load

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
ITEMS: list[dict[str, Any]] = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
FACETS = Facets.of([{k: v for k, v in item.items() if k != "id"} for item in ITEMS], {})
TABLE = PAGE.split("| filter | holds for |")[1].split("\n\n")[0]
FILTERS = re.findall(r"^\| (.+) \| ([a-d, ]+) \|$", TABLE, re.MULTILINE)
TOML = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
FAULTS = re.findall(r"^(.+): (.*)\^(.+)$", re.findall(r"```\n(expected.*?)```", PAGE, re.DOTALL)[0],
                    re.MULTILINE)  # fmt: skip


def plain(code: str) -> str:
    """Return what stands in a code span, of one backquote or two."""
    return code.removeprefix("`` ").removesuffix(" ``") if code[1] == "`" else code.strip("`")


def test_the_examples_are_found() -> None:
    assert len(FILTERS) == TABLE.count("\n") - 1 == 19
    assert (len(TOML), len(FAULTS)) == (3, 3)


@pytest.mark.parametrize(("code", "expected"), FILTERS)
def test_a_filter_holds_for_what_the_page_says(code: str, expected: str) -> None:
    mask = Filter.parse(plain(code)).mask(FACETS)
    found = [item["id"] for item, holds in zip(ITEMS, mask, strict=True) if holds]
    assert found == expected.split(", ")


@pytest.mark.parametrize(("message", "before", "after"), FAULTS)
def test_a_fault_is_told_as_the_page_says(message: str, before: str, after: str) -> None:
    with pytest.raises(FilterError) as caught:
        Filter.parse(before + after).mask(FACETS)
    assert caught.value.message == f"{message}: {before}^{after}"


@pytest.mark.parametrize("text", TOML)
def test_settings_of_the_page_are_settings(text: str, tmp_path: Path) -> None:
    path = tmp_path / "beholder.toml"
    path.write_text(text, encoding="utf-8")
    found = load(path, {})
    assert read(found.rules, found.out_of_stock)
    assert found.rules or found.facets or found.out_of_stock == ["stock <= 0", "status = 'gone'"]


def test_the_rules_of_the_page_do_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "beholder.toml"
    path.write_text(next(text for text in TOML if "[[rules]]" in text), encoding="utf-8")
    found = load(path, {})
    positions = {item["id"]: position for position, item in enumerate(ITEMS)}
    done = fit(read(found.rules, found.out_of_stock), Masks(FACETS), positions)
    assert done.problems == ("recalled does nothing: no item has 'recalled', at column 1 (at the "
                             "^): ^recalled = true (items have brand, care label, category, "
                             "price, sale, tags)",)  # fmt: skip
    assert [(lift.name, lift.mask.tolist()) for lift in done.lifts] == [
        ("summer sale", [True, False, False, False]),
        ("rule 3", [False, False, True, False]),
    ]
    assert [(pin.position, pin.place) for pin in done.pins] == [(0, 2), (3, 3)]
    assert [tuple(limit) for limit in done.limits] == [("brand", 2, 10)]


def test_every_rule_and_type_is_on_the_page() -> None:
    for rule in Rule.__args__:
        assert f"| `{rule.__struct_config__.tag}` |" in PAGE
    for facet_type in TYPES:
        assert f"`{facet_type}`" in PAGE
