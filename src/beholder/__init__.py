"""Beholder: live, personal, explained recommendations from pictures and behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from beholder.errors import BeholderError

if TYPE_CHECKING:
    from pathlib import Path

    from beholder.engine.engine import Engine

__all__ = ["BeholderError", "__version__", "open"]
__version__ = "0.1.0"


def open(folder: str | Path) -> Engine:
    """Open the promoted bundle of a workspace together with its store.

    Parameters
    ----------
    folder
        A workspace made by `beholder init`.

    Returns
    -------
    An engine with `recommend similar search score record explain`.

    Raises
    ------
    WorkspaceError
        If the folder is no workspace.
    BundleError
        If nothing was trained yet.
    """
    from beholder.engine.engine import open_engine

    return open_engine(folder)
