"""A small workspace with a file of each kind, made at once."""

from __future__ import annotations

from pathlib import Path

from beholder.behaviour.event import Event
from beholder.media import originals, renditions
from beholder.service.keys import KeyFile
from beholder.service.visitor import secret_of
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace

PASSPHRASE = "correct horse battery"
BUNDLE = "20260101T000000-0001"
WORDS = "words that only ann wrote"


def make_small(
    root: Path, picture: bytes = b"no picture, but its bytes", more: str = ""
) -> Workspace:
    """Return a workspace in which three people did something.

    Parameters
    ----------
    more
        Further settings.
    """
    workspace = Workspace.create(root, f'title = "Small"\n{more}')
    digest = originals.keep(workspace.media, picture)
    renditions.keep(workspace.media, digest, {240: b"a copy", 480: b"a larger copy"})
    with Store.open(workspace, create=True) as store:
        store.put_items([ItemRecord(name, name.upper(), {}, [digest]) for name in "abc"])
        store.record(
            [
                Event("a", "review", user="ann", time=1_000, text=WORDS),
                Event("b", "like", user="bob", time=2_000, event_id="bob-1"),
                Event("c", "rating", session="s1", time=3_000, value=4.5),
            ]
        )
    (workspace.vectors / "colour" / "1").mkdir(parents=True)
    (workspace.vectors / "colour" / "1" / "some.safetensors").write_bytes(b"vectors")
    (workspace.reports / "import-1.json").write_text("{}")
    bundle = workspace.bundles / BUNDLE
    bundle.mkdir()
    (bundle / "manifest.json").write_text("{}")
    (workspace.root / "current").write_text(f"{bundle.name}\n")
    (workspace.secrets / "signing.pub").write_bytes(bytes(32))
    KeyFile(workspace.secrets).add("a program", ["recommend"])
    secret_of(workspace.secrets)
    return workspace
