"""A workspace with the gallery whose taste is of picture and word together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from beholder.catalogue.run import import_files
from beholder.demo.hidden import write_hidden
from beholder.demo.paired import paired_gallery
from beholder.progress import SILENT
from beholder.store import Store
from beholder.workspace import Workspace


def paired_workspace(
    root: Path, n_items: int = 120, n_users: int = 80, *, pictures: bool = True
) -> Workspace:
    """Import a gallery, with or without its pictures; nothing is encoded or trained."""
    toml = '[encode]\nencoders = ["efficientnet-lite0"]\n'
    workspace = Workspace.create(root, toml)
    gallery, titles = paired_gallery(n_items, n_users)
    asked = write_hidden(root / "generated", gallery, titles)
    if not pictures:
        asked = replace(asked, media=None)
        lines = asked.items.read_text().splitlines()
        asked.items.write_text("\n".join(line.rsplit(",", 1)[0] for line in lines))
    with Store.open(workspace, create=True) as store:
        import_files(workspace, store, asked, SILENT)
    return workspace
