"""A workspace with the gallery whose taste is of picture and word together."""

from __future__ import annotations

from pathlib import Path

from beholder.catalogue.run import import_files
from beholder.demo.hidden import write_hidden
from beholder.demo.paired import paired_gallery
from beholder.progress import SILENT
from beholder.store import Store
from beholder.workspace import Workspace


def paired_workspace(root: Path, n_items: int = 120, n_users: int = 80) -> Workspace:
    """Import a gallery; nothing is encoded or trained."""
    toml = '[encode]\nencoders = ["efficientnet-lite0"]\n'
    workspace = Workspace.create(root, toml)
    made = paired_gallery(n_items, n_users)
    with Store.open(workspace, create=True) as store:
        import_files(workspace, store, write_hidden(root / "generated", *made), SILENT)
    return workspace
