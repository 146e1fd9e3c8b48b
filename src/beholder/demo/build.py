"""A demo workspace: from nothing, or from real files that the user holds, to a served bundle."""

from __future__ import annotations

import shutil
from pathlib import Path

from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.demo.files import write_gallery
from beholder.encoders.workspace import encode_workspace
from beholder.errors import DataError
from beholder.progress import Progress
from beholder.store.store import Store
from beholder.training.train import Trained, train_workspace
from beholder.workspace import Workspace

# Names of the files in the folders that the owners of public data hand out, and in plain ones.
KNOWN_FILES: dict[str, dict[str, tuple[str, ...]]] = {
    "hm": {
        "items": ("articles.csv", "items.csv"),
        "interactions": ("transactions_train.csv", "interactions.csv"),
        "media": ("images",),
    },
    "movielens": {
        "items": ("movies.csv", "items.csv"),
        "interactions": ("ratings.csv", "interactions.csv"),
        "media": ("images", "posters"),
    },
}


def generated(
    workspace: Workspace, n_items: int, n_visitors: int, seed: int, progress: Progress
) -> Request:
    """Paint the gallery and simulate its visitors inside of the workspace."""
    folder = workspace.root / "generated"
    files = write_gallery(folder, n_items, n_visitors, seed, progress=progress)
    return Request(files.items_csv, files.media_dir, files.interactions_csv)


def held(name: str, folder: Path) -> Request:
    """Return what to import from a folder of public data.

    Raises
    ------
    DataError
        If items or interactions are missing.
    """
    found: dict[str, Path | None] = {}
    for what, names in KNOWN_FILES[name].items():
        there = [folder / file for file in names if (folder / file).exists()]
        if not there and what != "media":
            raise DataError(
                f"{folder} has none of {', '.join(names)}",
                remedy=f"name the folder that holds the {name} files",
            )
        found[what] = there[0] if there else None
    kind = "purchase" if name == "hm" else None
    return Request(found["items"], found["media"], found["interactions"], kind=kind)


def build(workspace: Workspace, request: Request, budget: str, progress: Progress) -> Trained:
    """Import, encode and train; what was done before is not done again."""
    with Store.open(workspace) as store:
        import_files(workspace, store, request, progress)
        encode_workspace(workspace, store, progress=progress)
    copies = workspace.root / "generated" / "media"
    if copies.exists():  # the workspace has the pictures now
        shutil.rmtree(copies)
    return train_workspace(workspace, budget=budget, progress=progress)
