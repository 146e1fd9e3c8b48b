"""A report as one HTML document that loads nothing, runs nothing, and can be sent.

Whatever is shown goes through autoescaping. The document allows itself its own style, by its hash,
and pictures that stand inside of it; no script and no address, whatever a title may hold.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beholder.pages.assets import TOKENS

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).parent / "documents"


def render_report(told: Mapping[str, Any]) -> str:
    """Return the document; `told` holds what its template names."""
    style = TOKENS.read_text(encoding="utf-8") + _FOLDER.joinpath("report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'"
    return _template().render(told, style=style, policy=policy).lstrip()


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
