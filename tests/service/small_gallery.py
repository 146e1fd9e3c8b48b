"""A small trained workspace over the generated gallery, built by the road that users take."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from beholder.behaviour.event import Event
from beholder.demo.files import write_gallery
from beholder.encoders.run import encode_pictures
from beholder.media import originals
from beholder.store import ItemRecord, Store
from beholder.training.train import train_workspace
from beholder.workspace import Workspace

TOML = 'title = "Gallery"\n\n[encode]\nworkers = 2\n'


# Quick to fit, and chosen by no clock; with fewer visitors popularity alone would be served.
MEMBERS = ("itemknn", "words", "visual-knn")


def build_workspace(
    root: Path, files: Path, n_items: int = 120, n_visitors: int = 100
) -> Workspace:
    """Paint, import, encode and train."""
    gallery = write_gallery(files, n_items, n_visitors, workers=1, width=240)
    workspace = Workspace.create(root, TOML)
    records = []
    with gallery.items_csv.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            picture = (gallery.media_dir / row["picture"]).read_bytes()
            digest = originals.keep(workspace.media, picture)
            attributes = {"family": row["family"], "tags": row["tags"].split("|")}
            records.append(ItemRecord(row["item_id"], row["title"], attributes, [digest]))
    report = encode_pictures(workspace, [r.pictures[0] for r in records if r.pictures])
    with Store.open(workspace, create=True) as store:
        store.put_items(records)
        store.set_picture_facts(report.facts)
        with gallery.interactions_csv.open(encoding="utf-8") as file:
            store.record([_event(row) for row in csv.DictReader(file)])
    train_workspace(workspace, budget="600s", models=MEMBERS)
    return workspace


def _event(row: dict[str, str]) -> Event:
    moment = datetime.fromisoformat(row["timestamp"])
    return Event(
        row["item_id"], row["event_type"], row["user_id"], time=int(moment.timestamp() * 1000)
    )
