"""The files that pages load: found by name, versioned together, never outside their folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from beholder.pages.modules import alone, join

_FOLDER = Path(__file__).parent / "static"
TOKENS = _FOLDER / "styles" / "tokens.css"
_TYPES = {
    ".css": "text/css",  # the service adds the charset
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """One file: its bytes and its media type."""

    data: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Return every file by name. There is nothing else to ask for, so no path is ever joined."""
    found = {
        path.name: Asset(path.read_bytes(), _TYPES[path.suffix])
        for path in sorted(_FOLDER.iterdir())
        if path.suffix in _TYPES
    }
    shop = found["shop.css"]  # which names the layers in their order, so it comes first
    found["shop.css"] = Asset(shop.data + b"\n" + TOKENS.read_bytes(), shop.media_type)
    found["shop.js"] = _script(join(_sources("modules"), "shop"))
    found["beholder.js"] = _script(alone(join(_sources("widget"), "beholder")))
    return found


def _sources(folder: str) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in (_FOLDER / folder).glob("*.js")}


def _script(text: str) -> Asset:
    return Asset(text.encode(), _TYPES[".js"])


@cache
def version() -> str:
    """Return a name for the present content of all files; it changes with any of them."""
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(name.encode() + b"\0" + asset.data + b"\0")
    return digest.hexdigest()[:12]


def url(name: str) -> str:
    """Return the address of a file. Under its version it may be cached for ever.

    Raises
    ------
    KeyError
        If there is no such file.
    """
    if name not in assets():
        raise KeyError(name)
    return f"/static/{version()}/{name}"
