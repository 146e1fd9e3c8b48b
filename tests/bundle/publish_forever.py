"""A process that publishes bundles until it is killed, carefully or not.

    python publish_forever.py DIR careful|hasty|careless

Each published name goes to standard output once it is promoted; "writing" before each. The
hasty one waits for no disk, which a power cut shows; the careless one names a bundle before it
is whole, which a kill shows.
"""

from __future__ import annotations

import os
import sys

from beholder.bundle import parts
from beholder.bundle.promote import current, promote
from beholder.bundle.write import Origin, remove_old, write_bundle
from beholder.workspace import Workspace


def main(root: str, manner: str) -> None:
    workspace = Workspace.open(root)
    contents = parts.load(workspace.bundles / current(workspace))
    if manner == "hasty":
        os.fsync = lambda fd: None
    while True:
        print("writing", flush=True)
        if manner != "careless":
            name = write_bundle(workspace, contents, Origin(1, 1, "again", 7, 0))
            promote(workspace, name)
        else:  # the control: named before it is whole
            name = "29991231T000000-ffff"
            (workspace.root / "current").write_text(name)
            folder = workspace.bundles / name
            folder.mkdir()
            parts.save(contents, folder)
        print(name, flush=True)
        remove_old(workspace, 3)


if __name__ == "__main__":
    main(*sys.argv[1:])
