"""Late items with several pictures, seen by several encoders, beside a bundle of the same kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp
from late_world import WHOLE, Catalogue, Put, by_id, made_parts

from beholder.bundle.parts import Parts
from beholder.engine.alike import between, with_all
from beholder.engine.overlay import FRESH, Overlay
from beholder.spaces import Modality, Similarity, similar_rows
from planted import WORDS, World

WEIGHTS = {"colour": 1.0, "shape": 2.0, "words": 1.0}


def names_of(position: int) -> list[str]:
    """One to three pictures of an item of the bundle."""
    return [f"photo {position}/{number}" for number in range(1 + position % 3)]


class Studio:
    """Raw vectors by picture, as two encoders of different lengths see it."""

    def __init__(self, world: World) -> None:
        rng = np.random.default_rng(5)
        self.turn = rng.normal(size=(24, 40)).astype(np.float32)
        self.looks: dict[str, np.ndarray] = {}
        for position, looks in enumerate(world.looks):
            for name in names_of(position):
                self.looks[name] = (looks + rng.normal(0, 0.3, 24)).astype(np.float32)

    def __call__(self, pictures: Sequence[Sequence[str]]) -> dict[str, Modality]:
        found = [(i, self.looks[name]) for i, own in enumerate(pictures) for name in own]
        owner = np.array([i for i, _ in found], np.int32)
        rows = np.array([looks for _, looks in found], np.float32).reshape(-1, 24)
        there = np.bincount(owner, minlength=len(pictures)) > 0
        # The second did not see every first picture of three.
        seen = np.array([not name.endswith("/2") for own in pictures for name in own], bool)
        shown = np.bincount(owner[seen], minlength=len(pictures)) > 0
        return {
            "colour": Modality(rows, owner, there),
            "shape": Modality(rows[seen] @ self.turn, owner[seen], shown),
        }


@pytest.fixture(scope="module")
def studio(world: World) -> Studio:
    return Studio(world)


@pytest.fixture(scope="module")
def several(world: World, studio: Studio) -> Parts:
    """A bundle in which items are compared by both encoders and their words."""
    plain = made_parts(world)
    n = len(world.taste)
    raw = {**studio([names_of(i) for i in range(n)]), "words": world.texts}
    content = Similarity.fit(raw, np.ones(n, bool), WEIGHTS)
    place = plain.items.schema.get_field_index("pictures")
    pictures = pa.array([names_of(i) for i in range(n)], pa.list_(pa.string()))
    items = plain.items.set_column(place, "pictures", pictures)
    return replace(plain, items=items, content=content, similar=similar_rows(content, WHOLE))


@pytest.fixture(params=["compared before", "compared when asked"])
def parts(several: Parts, request: pytest.FixtureRequest) -> Parts:
    if request.param == "compared before":
        return several
    n = len(several.content)
    return replace(several, similar=sp.csr_array((n, n), dtype=np.float32))


class Followed(Catalogue):
    """A catalogue whose pictures both encoders see."""

    def __init__(self, parts: Parts, world: World, studio: Studio) -> None:
        super().__init__(parts, world)
        self.studio = studio

    def _vectors(
        self, ids: Sequence[str], pictures: Sequence[Sequence[str]], texts: Sequence[str]
    ) -> dict[str, Modality]:
        return self.studio(pictures)


def twin_of(world: World, position: int, seq: int) -> Put:
    return Put(seq, world.texts[position], names_of(position))


def assert_twins(view: Overlay, one: int, two: int) -> None:
    """Both are (nearly) one, and stand first for each other."""
    for ours, theirs in ((one, two), (two, one)):
        alike = with_all(view, ours)
        assert alike[theirs] == pytest.approx(1, abs=1e-3)
        assert int(alike.argmax()) == theirs
        (found,) = between(view, np.array([ours], np.int32), np.array([theirs], np.int32)).ravel()
        assert found == pytest.approx(alike[theirs], abs=1e-5)


@pytest.mark.parametrize("position", [0, 1, 2, 100, 101, 102])
def test_a_late_item_with_all_pictures_of_another_is_its_twin(
    parts: Parts, world: World, studio: Studio, position: int
) -> None:
    catalogue = Followed(parts, world, studio)
    view = catalogue.put(twin_of(world, position, 1000), Put(1001, f"a {WORDS[3]}", names_of(7)))
    assert_twins(view, position, view.position_of_id["1000"])


@pytest.mark.parametrize("between_them", [0, 1, FRESH + 1], ids=["at once", "next", "sealed"])
def test_late_items_with_the_same_pictures_are_twins_whenever_they_came(
    parts: Parts, world: World, studio: Studio, between_them: int
) -> None:
    catalogue = Followed(parts, world, studio)
    studio.looks["only late"] = world.looks[world.taste == 4].mean(axis=0) + np.float32(0.1)
    twins = [Put(seq, f"late {WORDS[4]}", ["only late", "photo 12/0"]) for seq in (1000, 1001)]
    others = [twin_of(world, i, 2000 + i) for i in range(between_them)]
    if between_them:
        catalogue.put(twins[0])
        catalogue.put(*others)
        view = catalogue.put(twins[1])
    else:
        view = catalogue.put(*twins)
    assert (view.n_sealed > 0) == (between_them > FRESH)
    assert_twins(view, view.position_of_id["1000"], view.position_of_id["1001"])


def test_the_order_of_pictures_does_not_matter(parts: Parts, world: World, studio: Studio) -> None:
    catalogue = Followed(parts, world, studio)
    there, back = names_of(101), names_of(101)[::-1]
    assert len(there) == 3
    view = catalogue.put(Put(1000, "a coat", there), Put(1001, "a coat", back))
    first, second = (with_all(view, view.position_of_id[name])[:240] for name in ("1000", "1001"))
    np.testing.assert_allclose(first, second, atol=1e-5)


def test_one_more_picture_is_compared_at_the_next_request(
    parts: Parts, world: World, studio: Studio
) -> None:
    catalogue = Followed(parts, world, studio)
    for position, seq in ((6, 6), (240, 1000)):
        title = world.texts[6]
        view = catalogue.put(Put(seq, title, names_of(6)))
        before = with_all(view, position)
        more = [*names_of(6), names_of(13)[0]]
        view = catalogue.put(Put(seq, title, more))
        after = with_all(view, position)
        assert after[13] > before[13] + 0.05
        view = catalogue.put(Put(seq, title, names_of(6)))
        np.testing.assert_allclose(with_all(view, position), before, atol=1e-4)


def test_a_picture_alone_finds_the_item_that_owns_it_among_several(
    parts: Parts, world: World, studio: Studio
) -> None:
    catalogue = Followed(parts, world, studio)
    view = catalogue.put(twin_of(world, 101, 1000), Put(1001, "other", ["photo 12/0"]))
    for name in names_of(101)[:2]:
        raw = {kind: one.vectors for kind, one in studio([[name]]).items()}
        found = view.content.similar(raw)
        assert set(np.argsort(-found)[:2].tolist()) == {101, view.position_of_id["1000"]}


def test_a_late_item_that_one_encoder_did_not_see_is_expected_there(
    parts: Parts, world: World, studio: Studio
) -> None:
    catalogue = Followed(parts, world, studio)
    studio.looks["half/2"] = world.looks[21]  # the second encoder sees no "/2"
    view = catalogue.put(Put(1000, world.texts[21], ["half/2"]))
    late = view.position_of_id["1000"]
    assert not view.content.spaces["shape"].present[late]
    same = world.taste == world.taste[21]
    alike = with_all(view, late)[:240]
    assert alike[same].mean() > alike[~same].mean() + 0.2
    told = [str(int(i)) for i in np.flatnonzero(same & ~world.new)[:3]]
    others = [str(int(i)) for i in np.flatnonzero(~same & ~world.new)[:3]]
    assert by_id(view, told)["1000"] > by_id(view, others)["1000"]
