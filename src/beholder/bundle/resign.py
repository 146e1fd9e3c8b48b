"""Signing bundles anew where the key that signed them is lost, as after a restore without keys."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from beholder.bundle.manifest import Manifest, read
from beholder.bundle.promote import folder_of, names
from beholder.bundle.signature import PUBLIC, signing_key
from beholder.durable import write_file
from beholder.errors import BundleError
from beholder.workspace import Workspace


def resign(workspace: Workspace) -> list[str]:
    """Sign every bundle that is whole by the old public key with a new key; return their names.

    Those that are not whole stay as they are, and are refused as before.
    """
    whole: list[tuple[Path, Manifest]] = []
    for name in names(workspace):
        folder = folder_of(workspace, name)
        try:
            whole.append((folder, read(folder, workspace.secrets)))
        except BundleError:
            continue
    (workspace.secrets / PUBLIC).unlink(missing_ok=True)
    key = signing_key(workspace.secrets)
    for folder, made in whole:
        path = folder / "manifest.json"
        written = path.stat().st_mtime_ns
        write_file(path, msgspec.json.encode(made.signed(key)))
        os.utime(path, ns=(written, written))  # an erasure asks how old a bundle is
    return [folder.name for folder, _ in whole]
