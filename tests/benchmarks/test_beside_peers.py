"""Other libraries are asked what we are asked, and judged as we are."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.masking import Events
from benchmarks.peer_cells import PEERS, Peer, Place, checked, scored, state, tuned
from benchmarks.peer_splits import Source, answers, export
from benchmarks.peer_table import below, figures, markdown, short
from benchmarks.peers.answers import faded, lists, ndcg
from benchmarks.peers.part import Asked, Part
from benchmarks.peers.tuning import MOST
from benchmarks.trees import ROOT

from beholder.blending.validation import validation
from beholder.evaluation import ask
from beholder.evaluation.protocols import split
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.scorers.recency import Recency
from beholder.testing.sample_dataset import sample_dataset

PEER = Peer("implicit", "BM25")
NEVER = PopularitySettings(1e9)  # nothing ages
SEED = 23  # of those under which enough are asked for cold items


@pytest.fixture(scope="module")
def source() -> Source:
    dataset = sample_dataset()
    log = dataset.log
    users = np.arange(log.n_users, dtype=np.int32)
    loved = np.argsort(-dataset.interactions.item_counts, kind="stable")
    own = [log.items[log.users == user] for user in users]
    # Each disliked the best-liked of the rest before all else: it is masked, and no target.
    disliked = np.array([loved[~np.isin(loved, items)][0] for items in own], np.int32)
    events = Events.of(
        np.concatenate([users, log.users]),
        np.concatenate([disliked, log.items]),
        np.concatenate([np.ones(len(users), np.int64), log.times]),
        np.concatenate([np.full(len(users), -1.0), log.signed]),
        log.n_users,
    )
    return Source(dataset, ask.plain_items(dataset.n_items), events)


def exported(source: Source, keep: Path, protocol: str = "leave-last-out") -> Place:
    place = Place("sample", protocol, SEED, keep)
    export(source, protocol, SEED, place.split)
    return place


def run_popularity(place: Place, out: Path, *more: str) -> dict[str, Any]:
    file = Path(__file__).with_name("popularity_peer.py")
    words = ["popularity", str(place.split), str(out), "--seed", str(SEED), *more]
    alone = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, str(file), *words], check=True, cwd=out, env=alone)
    facts: dict[str, Any] = json.loads((out / "facts.json").read_text())
    return facts


@pytest.mark.parametrize("protocol", ["leave-last-out", "next-basket", "cold-items"])
def test_popularity_of_the_files_is_our_popularity_of_the_split(
    source: Source, tmp_path: Path, protocol: str
) -> None:
    place = exported(source, tmp_path, protocol)
    part = Part.read(place.split, "test")
    made = split(source.dataset, protocol, SEED)
    found = lists(part, lambda some, _: np.tile(part.popularity, (len(some), 1)), seed=0)
    counts = counts_of(made.train, NEVER)
    for case in range(len(made.cases)):
        allowed = made.pool.copy()
        allowed[made.cases.history(case).seen] = False
        allowed[source.events.mask(int(made.cases.users[case]), made.cases.target(case))] = False
        best = np.sort(counts[allowed])[::-1][:20]
        own = found[case][found[case] >= 0]
        np.testing.assert_allclose(counts[own], best, rtol=1e-6)
        assert len(np.unique(own)) == len(own)
    checked(found, made.pool, place.split)
    assert len(part.asked.targets) == 0  # the test's answers are not told


def test_a_peer_of_another_process_is_tuned_asked_and_judged_by_our_metrics(
    source: Source, tmp_path: Path
) -> None:
    place = exported(source, tmp_path)
    out = place.of_peer(PEER)
    out.mkdir(parents=True)
    facts = run_popularity(place, out)
    assert len(facts["tried"]) == 2 + 4  # two settings, four decays
    cell = scored(PEER, place)
    made = split(source.dataset, "leave-last-out", SEED)
    assert cell["cases"] == place.facts["cases"]
    with np.load(out / "lists.npz") as kept:
        expected = ask.per_case(kept["ships"], made)["ndcg@10"]
    np.testing.assert_allclose(cell["rows"]["implicit/BM25"]["ndcg@10"], expected, atol=1e-6)
    assert "implicit/BM25, our history weights" in cell["rows"]


def test_a_tuning_goes_on_with_what_was_tried_and_others_take_its_setting_over(
    source: Source, tmp_path: Path
) -> None:
    place = exported(source, tmp_path)
    known = {"setting": {"half_life": 1e3}, "decay": None, "ndcg@10": 1.0, "cpu_seconds": 0.0}
    (tmp_path / "tried.jsonl").write_text(json.dumps(known) + "\n")
    facts = run_popularity(place, tmp_path)
    assert facts["setting"] == {"half_life": 1e3}  # nothing real is as good as the line above
    second = tmp_path / "second"
    second.mkdir()
    taken = run_popularity(place, second, "--like", str(tmp_path / "facts.json"))
    assert (taken["setting"], taken["decay"]) == (facts["setting"], facts["decay"])
    assert not (second / "tried.jsonl").exists()


def test_the_gain_by_which_settings_are_chosen_is_that_of_the_evaluation(
    source: Source, tmp_path: Path
) -> None:
    part = Part.read(exported(source, tmp_path).split, "validation")
    found = np.random.default_rng(0).permuted(np.tile(np.arange(70), (len(part.asked), 1)), axis=1)
    made = split(source.dataset, "leave-last-out", SEED)
    held = validation(made.train, SEED)
    tuned = ndcg(found[:, :20].astype(np.int32), part.asked)
    values = []
    for cases, own in (
        (held.tune, found[: len(held.tune), :20]),
        (held.learn, found[len(held.tune) :, :20]),
    ):
        values.append(ask.per_case(own.astype(np.int32), replace(made, cases=cases))["ndcg@10"])
    assert tuned == pytest.approx(np.concatenate(values).mean())


def test_our_history_weights_are_those_of_recency(source: Source, tmp_path: Path) -> None:
    asked = Part.read(exported(source, tmp_path).split, "test").asked
    known = split(source.dataset, "leave-last-out", SEED).cases.histories
    np.testing.assert_allclose(faded(asked, 0.7), Recency(0.7).weights(known), rtol=1e-6)


def test_strangers_get_the_most_popular_and_equal_scores_no_order_of_items() -> None:
    ints, places = np.empty(0, np.int32), np.zeros(3, np.int64)
    asked = Asked(
        np.array([0, 1], np.int32),
        np.array([0, 0, 1]),
        np.array([2], np.int32),
        np.array([5]),
        np.array([0], np.int32),
        np.ones(1, np.float32),
        np.array([0, 0, 1]),
        np.array([2], np.int32),
        places,
        ints,
    )
    arrays = {f"asked_{name}": value for name, value in asked._asdict().items()}
    arrays |= {"users": np.array([1, 1], np.int32), "items": np.array([2, 1], np.int32)}
    arrays |= {"times": np.array([5, 4]), "n_users": np.array(2), "pool": np.arange(60) < 50}
    arrays |= {"vectors": np.zeros((60, 1)), "pictured": np.zeros(60, bool)}
    part = Part(arrays | {"codes": np.zeros((60, 0), np.int32)})
    found = [lists(part, lambda some, _: np.zeros((len(some), 60)), seed) for seed in range(30)]
    assert all({1, 2} == set(one[0, :2].tolist()) for one in found)
    firsts = {int(one[1, 0]) for one in found}
    assert len(firsts) > 10  # by chance
    assert not firsts & {2, *range(50, 60)}  # neither what was seen nor what is not in the pool


def test_lists_that_show_what_is_masked_are_refused(source: Source, tmp_path: Path) -> None:
    place = exported(source, tmp_path)
    pool = np.ones(70, bool)
    with np.load(place.split / "test.npz") as kept:
        seen, cases = kept["asked_seen"], len(kept["asked_users"])
    found = np.full((cases, 20), -1, np.int32)
    found[0, 0] = seen[0]
    with pytest.raises(SystemExit, match="1 recommended items were to be masked"):
        checked(found, pool, place.split)
    with pytest.raises(SystemExit, match="lists for"):
        checked(found[1:], pool, place.split)


def test_a_cell_is_of_another_state_where_the_split_changed(source: Source, tmp_path: Path) -> None:
    one = exported(source, tmp_path / "a")
    assert state(PEER, one) == state(PEER, exported(source, tmp_path / "b"))
    log = source.dataset.log
    fewer = source._replace(dataset=source.dataset.with_log(log.keep(np.arange(len(log)) != 3)))
    assert state(PEER, one) != state(PEER, exported(fewer, tmp_path / "c"))


def test_a_setting_is_taken_from_the_seed_that_it_was_tuned_on(
    source: Source, tmp_path: Path
) -> None:
    place = exported(source, tmp_path)
    folder = place.of_peer(PEER)
    folder.mkdir(parents=True)
    assert tuned(PEER, place) is None
    for tried, expected in (([], None), ([{"decay": None}], folder / "facts.json")):
        kept = {"state": state(PEER, place), "tried": tried}
        (folder / "cell.json").write_text(json.dumps(kept))
        assert tuned(PEER, place._replace(seed=8)) == expected


def test_the_table_compares_us_with_every_peer_and_names_what_is_missing(
    source: Source, tmp_path: Path
) -> None:
    place = exported(source, tmp_path)
    right = answers(place.split, "leave-last-out")
    best = np.full((len(right.cases), 20), -1, np.int32)
    best[:, 0] = right.cases.targets
    worse = np.roll(best, 3, axis=1)  # the right one fourth: 1 / log2(5)
    ours = place.keep / "cells" / "ours" / f"{place.name}.json"
    for lists_, file in ((worse, place.of_peer(PEER) / "cell.json"), (best, ours)):
        file.parent.mkdir(parents=True)
        np.savez(file.with_name("lists.npz"), ships=lists_)
        facts = {"setting": {"K": 5}, "decay": None, "fit_cpu_seconds": 1.0, "cpu_seconds": 9.0}
        tried = [{"setting": {"K": 5}, "decay": None, "ndcg@10": 0.1}]
        facts |= {"largest_mib": 50, "tried": tried}
        file.with_name("facts.json").write_text(json.dumps(facts))
    cell = scored(PEER, place) | {"state": state(PEER, place), "version": "implicit==0.7.3"}
    (place.of_peer(PEER) / "cell.json").write_text(json.dumps(cell))
    values = ask.per_case(best, right)
    rows = {name: {key: values[key].tolist() for key in ("ndcg@10", "hr@20")} for name in ("auto",)}
    own = {key: cell[key] for key in ("data", "protocol", "seed", "label", "catalogue", "cases")}
    own |= {"rows": rows, "lists": {"auto": best[:, :10].tolist()}, "commit": "abc"}
    ours.write_text(json.dumps(own | {"cpu_seconds": 3.0, "largest_mib": 9}))
    document = figures(
        [place], [PEER, Peer("cornac", "VBPR")], {"lightfm==1.17": "KeyError: no\nnote: sorry"}
    )
    row = document["sets"]["sample"]["leave-last-out"]["rows"]["implicit/BM25"]
    assert row["auto"]["difference"] == pytest.approx(1 - 1 / np.log2(5), abs=1e-4)
    assert row["auto"]["p"] < 0.01
    assert row["chosen"] == {"K": 5}
    text = markdown(document)
    assert "| implicit/BM25 | 0.4307 |" in text
    assert "The best peer as it ships: implicit/BM25; `auto` is 2.32x" in text  # log2(5)
    assert "lightfm==1.17: `KeyError: no`" in text
    first = next(line for line in text.splitlines() if line.startswith("| sample, "))
    cells = [cell.strip() for cell in first.split("|")[2:-1]]
    assert cells[:3] == ["70", "**1.000 (1.000)**", "implicit/BM25 0.431 (1.000)"]


def test_ours_is_bold_only_where_it_is_better_than_every_other_for_certain() -> None:
    def row(value: float, p: float | None = None, low: float = 0.01) -> dict[str, Any]:
        auto = {} if p is None else {"auto": {"p": p, "low": low}}
        return {"ndcg@10": {"value": value}, "hr@20": {"value": 0.5}, **auto}

    def told(**others: dict[str, Any]) -> str:
        found = {"label": "next-basket", "pool": 70, "rows": {"auto": row(0.3), **others}}
        return list(short({"sets": {"sample": {"next-basket": found}}}))[-1].split("|")[3].strip()

    certain, not_certain = row(0.2, 0.001), row(0.1, 0.05)
    assert told(one=certain) == "**0.300 (0.500)**"
    assert told(one=certain, two=not_certain) == "0.300 (0.500)"
    assert told(one=certain, two=row(0.4, 0.001, -0.11)) == "0.300 (0.500)"  # certainly worse
    assert told(one=certain, two=row(0.1)) == "0.300 (0.500)"  # not compared
    assert told() == "0.300 (0.500)", "alone it is better than nobody"


def test_a_peer_is_below_what_is_known_where_both_errors_do_not_explain_it() -> None:
    def said(value: float) -> list[str]:
        row = {"ndcg@10": {"value": value, "error": 0.004, "low": 0.0}}
        return below({"hm-fashion": {"leave-last-out": {"rows": {"implicit/BM25": row}}}})

    assert said(0.1147 - 1.9 * 0.005) == []  # errors of .003 and .004 are one of .005
    assert said(0.1147 - 2.0 * 0.005) == [
        "implicit/BM25, hm-fashion, leave-last-out: 0.1047, known 0.1147"
    ]


def test_no_peer_tries_more_than_twenty_settings_and_neural_ones_six() -> None:
    assert all(peer.model.tried <= MOST for peer in PEERS)
    neural = {"VBPR", "SASRec", "LightGCN"}
    assert all(peer.model.tried <= 6 for peer in PEERS if peer.name in neural)


def test_what_runs_beside_a_library_imports_nothing_of_ours() -> None:
    for file in (ROOT / "benchmarks" / "peers").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else [module]
            for name in filter(None, names):
                assert not name.startswith("beholder"), file
                assert not name.startswith("benchmarks.") or name.startswith("benchmarks.peers")
