"""A workspace with the gallery whose taste hides."""

from __future__ import annotations

from pathlib import Path

from beholder.catalogue.run import import_files
from beholder.demo.hidden import Hidden, hidden_gallery, write_hidden
from beholder.progress import SILENT
from beholder.store import Store
from beholder.workspace import Workspace


def hidden_workspace(root: Path, gallery: Hidden | None = None) -> Workspace:
    """Import a gallery, of 84 pictures by default; nothing is encoded or trained."""
    toml = '[encode]\nencoders = ["efficientnet-lite0"]\n'
    workspace = Workspace.create(root, toml)
    made = hidden_gallery(84, 70) if gallery is None else gallery
    with Store.open(workspace, create=True) as store:
        import_files(workspace, store, write_hidden(root / "generated", made), SILENT)
    return workspace
