"""Which attributes say what others do in another language: `family_zh` beside `family`.

Only languages that pages speak count: of all letters after a `_`, most are units, countries and
sizes, as in `size_us`. `pages/static/modules/attributes.js` knows the same languages.
"""

from __future__ import annotations

from collections.abc import Container

LANGUAGES = ("en", "zh")


def translation(name: str, names: Container[str]) -> tuple[str, str] | None:
    """Return which attribute an attribute translates, and into which language; None: it does not.

    Parameters
    ----------
    names
        Of the other attributes.
    """
    own, _, language = name.rpartition("_")
    return (own, language) if language in LANGUAGES and own in names else None
