"""Models of one's own: modules named in the settings, and packages that bring an entry point.

Training and evaluation load them; what serves reads scorers, and never runs this code.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib import metadata

from beholder.errors import BeholderError, SettingsError
from beholder.models.registry import register

GROUP = "beholder.models"


def load_own(modules: Iterable[str]) -> None:
    """Import modules that register models, and register what entry points name.

    Parameters
    ----------
    modules
        As `train.modules` names them.

    Raises
    ------
    SettingsError
        If one cannot be imported, with what its import said.
    UsageError
        If a model is refused; see `register`.
    """
    for name in modules:
        try:
            importlib.import_module(name)
        except BeholderError:
            raise
        except Exception as error:  # whatever the module does
            raise SettingsError(
                f"train.modules names {name!r}, which cannot be imported: {error}",
                remedy="install it, or set PYTHONPATH to the folder that holds it",
                field="train.modules",
            ) from error
    for entry in metadata.entry_points(group=GROUP):
        try:
            model = entry.load()
        except Exception as error:
            raise SettingsError(
                f"the entry point {entry.name!r} of {GROUP} ({entry.value}) cannot be loaded: "
                f"{error}",
                remedy="mend or remove the package that brings it",
            ) from error
        register(model)
