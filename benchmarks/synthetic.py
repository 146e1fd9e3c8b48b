"""Made-up catalogues and people for what is measured without data: the seam to a tree's parts.

Speed depends on how many entries there are, not on what they say, so rows are random: 200 entries
each, popular columns more often than others. Where a bundle of another tree has other parts, this
is the file to change.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES
from beholder.bundle.parts import Parts
from beholder.store import Snapshot

try:
    from beholder.bundle.choice import Choice
    from beholder.rules.facets import Facets
    from beholder.scorers.blend import Blend
    from beholder.scorers.fold import Weights
    from beholder.scorers.item_item import ItemItem
    from beholder.scorers.rows import even
    from beholder.spaces import Similarity
except ImportError:  # version 0.1, which is compared with
    from beholder.dataset.content import ContentSpace
    from beholder.models.blend import Blend, Weights
    from beholder.models.rows import even

    from beholder.bundle.parts import Choice

    ItemItem = None

MINUTE = 60_000
ATTRIBUTES = '{"category":"dress","price":12.5}'
WEIGHTS = Weights({}, {}, {})


def weighted(scale: dict[str, float], warm: dict[str, float], cold: dict[str, float]) -> Weights:
    """Return the weights of members, as this tree has them."""
    return Weights(scale=scale, warm=warm, cold=cold)


def random_rows(n_items: int, per_row: int, rng: np.random.Generator) -> sp.csr_array:
    """Return float32 rows of one length, as a bundle holds them, popular columns oftener."""
    columns = (rng.random((n_items, per_row)) ** 2 * n_items).astype(np.int32)
    values = rng.random((n_items, per_row), dtype=np.float32)
    indptr = np.arange(n_items + 1, dtype=np.int32) * per_row  # of one type with the columns
    rows = sp.csr_array((values.ravel(), columns.ravel(), indptr), shape=(n_items, n_items))
    rows.sum_duplicates()
    return even(rows)


def item_table(n_items: int, seqs: NDArray[np.int64] | None = None) -> pa.Table:
    """Return the item table of a bundle; `seqs` are the store's row numbers."""
    numbers = np.arange(n_items) if seqs is None else seqs
    return pa.table(
        {
            "seq": pa.array(numbers, pa.int64()),
            "item_id": [f"item-{i}" for i in range(n_items)],
            "title": [f"Title {i}" for i in range(n_items)],
            "attributes": [ATTRIBUTES] * n_items,
            "picture": ["0" * 64] * n_items,
            "width": pa.array(np.full(n_items, 480), pa.int32()),
            "height": pa.array(np.full(n_items, 640), pa.int32()),
            "colour": ["#aabbcc"] * n_items,
            "hidden": pa.array(np.zeros(n_items, bool)),
            "pictures": pa.nulls(n_items, pa.list_(pa.string())),
        }
    )


def parts(
    n_items: int,
    items: pa.Table | None = None,
    content: Any = None,
    weights: Weights = WEIGHTS,
    version: int = 0,
    per_row: int = 200,
    seed: int = 0,
) -> Parts:
    """Return a bundle's parts over random rows.

    Parameters
    ----------
    items
        As `item_table`, which is the default.
    version
        The catalogue's that the bundle shows.
    """
    rng = np.random.default_rng(seed)
    rows = random_rows(n_items, per_row, rng)
    popularity = rng.random(n_items, dtype=np.float32)
    base = popularity * np.float32(1e-6)
    choice: Any
    if ItemItem is None:
        blend, choice = Blend(rows, base, 0.8), Choice(weights, version, [], [])
    else:
        likeness = dict.fromkeys(content.spaces if content else [], 1.0)
        entry = entry_of(weights, likeness, rows)
        blend = Blend(ItemItem(rows, entry=entry), base)
        choice = Choice(weights, version, likeness=likeness)
    made: dict[str, Any] = {
        "items": item_table(n_items) if items is None else items,
        "blend": blend,
        "known": np.ones(n_items, bool),
        "popularity": popularity,
        "similar": rows,
        "placement": rows,
        "content": nothing_known(n_items) if content is None else content,
        "choice": choice,
        "facets": facets_of(n_items),
        "evaluation": {},
    }
    return Parts(**{field.name: made[field.name] for field in fields(Parts) if field.name in made})


def nothing_known(n_items: int) -> Any:
    """Return the content of items of which nothing is known."""
    if ItemItem is None:
        return ContentSpace({}, None)
    return Similarity.fit({}, np.ones(n_items, bool))


def facets_of(n_items: int) -> Any:
    """Return the attributes by type, where a bundle of this tree has them."""
    return None if ItemItem is None else Facets.of([json.loads(ATTRIBUTES)] * n_items, {})


def entry_of(weights: Weights, likeness: dict[str, float], rows: sp.csr_array) -> Any:
    """Return the terms by which new items come in: a kernel a modality, and placing."""
    from beholder.scorers.entry import Entry, Kernel, Placed

    kernels = tuple(Kernel(name, 2.0) for name in likeness)
    return Entry(kernels, placed=(Placed(rows),), kept=200, kept_new=100)


def people(
    n_items: int,
    likes: int,
    dislikes: int = 0,
    version: int = 0,
    seqs: NDArray[np.int64] | None = None,
    n_people: int = 64,
) -> list[Snapshot]:
    """Return what a store says of people who liked so many items, and disliked others among them.

    Parameters
    ----------
    version
        Of the catalogue, as of that reading.
    """
    rng = np.random.default_rng(1)
    numbers = np.arange(n_items) if seqs is None else seqs
    codes = np.array([CODES["like"]] * likes + [CODES["dislike"]] * dislikes)
    found = []
    for person in range(n_people):
        chosen = rng.choice(numbers, likes + dislikes, replace=False)
        kinds = rng.permutation(codes)
        rows = [
            (place * MINUTE, seq, kind, None, place)
            for place, (seq, kind) in enumerate(zip(chosen.tolist(), kinds.tolist(), strict=True))
        ]
        found.append(snapshot(version, person, rows[::-1]))
    return found


def snapshot(version: int, person: int, rows: list[tuple[Any, ...]]) -> Snapshot:
    """Return what a store says of a person; releases before this one want no event numbers."""
    found = Snapshot(version, known=True, persons=(person,), rows=rows)
    try:
        found.columns()
    except ValueError:
        found.rows[:] = [row[:4] for row in rows]
    return found


def cpu_ms(work: Callable[[int], object], rounds: int) -> float:
    """Return the median over five runs of mean process time a call, in milliseconds."""
    work(0)
    means = []
    for run in range(5):
        start = time.process_time()
        for i in range(rounds):
            work(run * rounds + i)
        means.append((time.process_time() - start) / rounds * 1e3)
    return float(np.median(means))
