"""One folder holds everything of one catalogue; this file knows where each thing lies.

beholder.toml   store/   media/   vectors/   bundles/   reports/   secrets/   current
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from beholder import settings as settings_file
from beholder.durable import write_file
from beholder.errors import WorkspaceError
from beholder.settings import Settings

FOLDERS = ("store", "media", "vectors", "bundles", "reports", "secrets")


@dataclass(frozen=True)
class Workspace:
    """The places of one catalogue. All paths are below `root`, which can be moved."""

    root: Path

    @classmethod
    def create(cls, root: Path, toml: str) -> Workspace:
        """Make a new workspace with the given settings file.

        Raises
        ------
        WorkspaceError
            If there is one already.
        """
        if (root / "beholder.toml").exists():
            raise WorkspaceError(
                f"{root} is a workspace already", remedy="choose another folder, or just use it"
            )
        for name in FOLDERS:
            (root / name).mkdir(parents=True, exist_ok=True)
        (root / "secrets").chmod(0o700)
        cls(root).erasures.mkdir(exist_ok=True)  # so that it can be copied from the first day on
        write_file(root / "beholder.toml", toml.encode())
        return cls(root)

    @classmethod
    def open(cls, root: Path | str) -> Workspace:
        """Open an existing workspace.

        Raises
        ------
        WorkspaceError
            If the folder has no `beholder.toml`.
        """
        root = Path(root)
        if not (root / "beholder.toml").is_file():
            inside = next(iter(sorted(root.glob("*/beholder.toml"))), None)
            remedy = f"run `beholder init {root}`" if inside is None else f"name {inside.parent}"
            raise WorkspaceError(
                f"{root} is not a workspace: it has no beholder.toml", remedy=remedy
            )
        for name in FOLDERS:
            (root / name).mkdir(exist_ok=True)
        return cls(root)

    @cached_property
    def settings(self) -> Settings:
        """The settings file and the environment; flags are added by the command line."""
        return settings_file.load(self.toml)

    @property
    def toml(self) -> Path:
        """The settings file."""
        return self.root / "beholder.toml"

    @property
    def store(self) -> Path:
        """The SQLite databases and the Parquet segments."""
        return self.root / "store"

    @property
    def media(self) -> Path:
        """Pictures as they came, by content hash, and their renditions."""
        return self.root / "media"

    @property
    def vectors(self) -> Path:
        """The cache of encoded pictures, one folder an encoder."""
        return self.root / "vectors"

    @property
    def networks(self) -> Path:
        """Where trainings of networks stand, and the sealed networks of single people."""
        return self.root / "networks"

    @property
    def checkpoints(self) -> Path:
        """Where trainings of networks stand; see `store.checkpoints`."""
        return self.networks / "checkpoints"

    @property
    def people_reports(self) -> Path:
        """Reports in which people are shown; see `store.people_reports`."""
        return self.reports / "people"

    @property
    def bundles(self) -> Path:
        """Everything that can be served, one folder a bundle."""
        return self.root / "bundles"

    def mark_of(self, bundle: str) -> Path:
        """Return the file that says: fitted with events of somebody who was erased since."""
        return self.bundles / f"{bundle}.erased"

    @property
    def reports(self) -> Path:
        """Import reports, refused rows, evaluations."""
        return self.root / "reports"

    @property
    def erasures(self) -> Path:
        """The receipts of erasures; who restores an older backup needs them."""
        return self.reports / "erasures"

    @property
    def secrets(self) -> Path:
        """Root key and signing key; a backup has them sealed, in a file of their own."""
        return self.root / "secrets"
