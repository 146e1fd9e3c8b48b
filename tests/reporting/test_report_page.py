"""What a report shows, what it hides, and that nothing in it can reach out or run."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from reported_shop import HOSTILE, REFUSING, Shop

from beholder.dataset.build import build
from beholder.evaluation.protocols import PROTOCOLS
from beholder.reporting import results
from beholder.reporting.asked import BASELINE, PART, STAGE, asked
from beholder.reporting.make import Wish, report
from beholder.reporting.people import known, people
from beholder.reporting.words import QUESTIONS
from beholder.store import Store
from beholder.workspace import Workspace

REACHING = ("src", "href", "data", "action", "poster", "srcset", "style", "formaction")


class Parsed(HTMLParser):
    """Tags with their attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def page(shop: Shop) -> Parsed:
    return Parsed(shop.html)


def test_nothing_runs_and_nothing_is_loaded(page: Parsed, shop: Shop) -> None:
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "object", "base"})
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in REACHING:
            value = attributes.get(name, "#")
            assert value.startswith(("data:image/webp;base64,", "#")), (tag, value)
    assert "url(" not in shop.html
    assert "@import" not in shop.html


def test_its_own_policy_allows_its_own_style_alone(page: Parsed, shop: Shop) -> None:
    (policy,) = [own["content"] for tag, own in page.tags if own.get("http-equiv")]
    (style,) = re.findall(r"<style>(.*?)</style>", shop.html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'"


def test_titles_of_strangers_are_text(page: Parsed, shop: Shop) -> None:
    assert HOSTILE in page.text, "somebody had the most popular item"
    assert "evil.example/x onerror" not in shop.html.replace(
        "&lt;img src=https://evil.example/x onerror", ""
    )


def test_there_is_no_id_of_a_person(shop: Shop) -> None:
    assert not re.search(r"person-\d", shop.html)
    assert not [user for user in range(150) if shop.world.user_id(user) in shop.html]


def test_everything_that_was_asked_for_is_there(page: Parsed) -> None:
    for heading in (
        "How good", "Did the pictures help?", "Would more data help?", "Who is served well?",
        "By likes of the right item", "What the measured blend is made of", "Served best",
        "Served worst", "All metrics", "What it costs", "How figures are meant", "The data",
    ):  # fmt: skip
        assert heading in page.text
    assert "30 people refuse `measure`, and are not asked about" in page.text
    assert "popularity" in page.text
    assert "item-kNN" in page.text


def test_figures_are_those_of_the_results(page: Parsed, shop: Shop) -> None:
    (run,) = results.read([shop.results])
    auto = run.rows[0]
    text = " ".join(page.text.split())
    assert f"{auto.ndcg10:.3f} ({auto.low:.3f} to {auto.high:.3f})" in text
    assert f"{run.cases:,}" in text
    for point in run.learning:
        assert f"{point.ndcg10:.3f} ({point.low:.3f} to {point.high:.3f})" in text


def test_only_who_allows_it_is_shown_with_items_that_many_know(shop: Shop) -> None:
    (run,) = results.read([shop.results])
    with Store.open(shop.workspace) as store:
        built = build(shop.workspace, store, run.seed)
        few = people(shop.workspace, store, run, 15)
        usual = people(shop.workspace, store, run, 5)
    assert usual.asked == run.cases <= 150 - REFUSING
    told = known(built, 15)
    counts = np.bincount(
        np.unique(np.stack([shop.world.users, shop.world.items]), axis=1)[1], minlength=120
    )
    assert np.array_equal(told, counts >= 15)
    assert few.kept_back > usual.kept_back
    titles = {built.items["title"][i].as_py() for i in np.flatnonzero(told)}
    for strip in (*few.best, *few.worst):
        for thing in (*strip.history, *strip.recommended, *strip.taken):
            assert thing.kept_back or thing.title in titles
            assert not (thing.kept_back and (thing.title or thing.picture))


def test_what_is_marked_right_was_recommended_and_taken(shop: Shop) -> None:
    (run,) = results.read([shop.results])
    with Store.open(shop.workspace) as store:
        found = people(shop.workspace, store, run, 2)
    assert len(found.best) == len(found.worst) == 3
    assert all(strip.value == 1.0 for strip in found.best)
    for strip in found.best:
        assert strip.recommended[0].right
        assert [one.title for one in strip.taken if one.right] == [strip.recommended[0].title]
    for strip in found.worst:
        assert strip.value == 0
        assert not any(one.right for one in (*strip.recommended, *strip.taken))
    assert found.nothing_found == (run.rows[0].per_user["ndcg@10"] == 0).sum()


def test_nobody_is_shown_where_that_is_wished(shop: Shop, tmp_path: Path) -> None:
    made = report(
        shop.workspace,
        Wish(results=(shop.results,), people=False, out=shop.results.with_suffix(".a")),
    )
    html = made.file.read_text(encoding="utf-8")
    assert "Served best" not in html
    assert "<img" not in html
    assert "--no-people" in html


def test_nobody_is_shown_where_consent_has_changed(shop: Shop, tmp_path: Path) -> None:
    shutil.copytree(shop.workspace.root, tmp_path / "later")
    workspace = Workspace.open(tmp_path / "later")
    (run,) = results.read([shop.results])
    with Store.open(workspace) as store:
        assert people(workspace, store, run, 5).best
        store.set_purposes(shop.world.user_id(REFUSING), {"measure": False})
        found = people(workspace, store, run, 5)
    assert "have changed" in found.missing
    assert not found.best


def test_rows_of_a_table_are_of_four_kinds(shop: Shop) -> None:
    (one,) = asked(results.read([shop.results]))
    assert [row.model for row in one.of(BASELINE)] == ["popularity", "itemknn"]
    assert "auto without dislikes" in {row.model for row in one.of(STAGE)}
    assert [row.model for row in one.of(PART)] == [
        "auto without pictures", "auto, pictures of others",
    ]  # fmt: skip


def test_every_protocol_has_its_question_in_words() -> None:
    assert QUESTIONS.keys() == PROTOCOLS.keys()
