"""All pictures of a workspace to vectors, with their facts in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beholder.encoders.run import EncodeReport, encode_pictures
from beholder.progress import SILENT, Progress
from beholder.store.store import Store
from beholder.workspace import Workspace


@dataclass(frozen=True)
class WorkspaceReport:
    """What a run over a workspace did.

    Attributes
    ----------
    first_item
        The first item that shows each picture, by its hash.
    items_without
        How many items have no picture.
    """

    encoded: EncodeReport
    first_item: dict[str, str]
    items_without: int


def encode_workspace(
    workspace: Workspace,
    store: Store,
    encoders: Sequence[str] | None = None,
    progress: Progress = SILENT,
    *,
    workers: int | None = None,
    retry: bool = False,
) -> WorkspaceReport:
    """Encode what has no vectors yet; see `encode_pictures`."""
    pictures: dict[str, str] = {}
    unknown: set[str] = set()  # hashes whose facts the store lacks
    without = 0
    for row in store.items().select(["item_id", "picture", "colour"]).to_pylist():
        if row["picture"] is None:
            without += 1
            continue
        pictures.setdefault(row["picture"], row["item_id"])
        if row["colour"] is None:
            unknown.add(row["picture"])
    report = encode_pictures(
        workspace, list(pictures), encoders, progress, workers=workers, retry=retry
    )
    facts = {key: fact for key, fact in report.facts.items() if key in unknown}
    store.set_picture_facts({k: (f.width, f.height, f.colour) for k, f in facts.items()})
    return WorkspaceReport(report, pictures, without)
