"""`serve.root_path`: the service below a path of somebody else's site, behind a proxy.

The proxy may take the prefix off, or pass it on: what begins with it is known without it. What
the service says itself (links, cookies, redirects, pictures) has the prefix.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from beholder.errors import SettingsError


def check_prefix(prefix: str, templates: Iterable[str]) -> None:
    """Refuse a prefix that begins as addresses of ours do: nobody could tell them apart.

    Raises
    ------
    SettingsError
        If it does.
    """
    first = prefix.split("/")[1] if prefix else ""
    if first and first in {template.split("/")[1] for template in templates}:
        raise SettingsError(
            f"serve.root_path is {prefix!r}, and /{first} is an address of the service itself",
            remedy="choose another first part",
            field="serve.root_path",
        )


def take_off(scope: Any, prefix: str) -> None:
    """Take the prefix off the path of a request (ASGI), where it has it."""
    path: str = scope["path"]
    if path != prefix and not path.startswith(f"{prefix}/"):
        return
    scope["path"] = path.removeprefix(prefix) or "/"
    parts = (scope.get("raw_path") or b"").split(b"/")
    scope["raw_path"] = b"/" + b"/".join(parts[1 + prefix.count("/") :])
