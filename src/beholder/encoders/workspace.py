"""All pictures of a workspace to vectors, with their facts in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from beholder.encoders.picture_facts import Refusals
from beholder.encoders.run import EncodeReport, encode_pictures
from beholder.media import file_names
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
    files
        What a refused picture was called when it was imported, by its hash; one that came
        another way has no name.
    items_without, items_with_several
        How many items have no picture, and how many more than one: all of them are encoded.
    """

    encoded: EncodeReport
    first_item: dict[str, str]
    files: dict[str, str]
    items_without: int
    items_with_several: int


def encode_workspace(
    workspace: Workspace,
    store: Store,
    encoders: Sequence[str] | None = None,
    progress: Progress = SILENT,
    *,
    workers: int | None = None,
    retry: bool = False,
) -> WorkspaceReport:
    """Encode the pictures that have no vectors yet; see `encode_pictures`."""
    items = store.items().select(["item_id", "media"])
    shown = items["media"].combine_chunks()
    counts = pc.list_value_length(shown).to_numpy(zero_copy_only=False)
    owners = items["item_id"].take(pc.list_parent_indices(shown)).to_pylist()
    pictures: dict[str, str] = {}
    unknown: set[str] = set()  # hashes whose facts the store lacks
    flat = shown.flatten()
    for digest, kind, colour, item_id in zip(
        *(flat.field(name).to_pylist() for name in ("hash", "kind", "colour")), owners, strict=True
    ):
        if kind not in (None, "picture"):
            continue
        pictures.setdefault(digest, item_id)
        if colour is None:
            unknown.add(digest)
    report = encode_pictures(
        workspace, list(pictures), encoders, progress, workers=workers, retry=retry
    )
    facts = {key: fact for key, fact in report.facts.items() if key in unknown}
    store.set_picture_facts({k: (f.width, f.height, f.colour) for k, f in facts.items()})
    return WorkspaceReport(
        report,
        pictures,
        file_names.of(workspace.media, [refusal.hash for refusal in report.refused]),
        int((counts == 0).sum()),
        int((counts > 1).sum()),
    )


def refused_items(
    workspace: Workspace, items: Sequence[str], pictures: Sequence[Sequence[str]]
) -> dict[str, str]:
    """Return the items all of whose pictures were refused, with what the first of them is called.

    Parameters
    ----------
    items, pictures
        Ids, and the SHA-256 of the pictures of each.
    """
    refused = Refusals(workspace.vectors).load()
    found = {
        item: own[0]
        for item, own in zip(items, pictures, strict=True)
        if own and all(each in refused for each in own)
    }
    names = file_names.of(workspace.media, found.values())
    return {item: names.get(own, f"picture {own[:12]}") for item, own in found.items()}
