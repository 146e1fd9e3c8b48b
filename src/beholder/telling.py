"""Which attributes and words of a catalogue tell visitors something: no codes, nothing unknown."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(^|[\W_])(ids?|codes?|skus?|ean|gtin|upc|isbn|asin|mpn|ur[li]s?|links?|images?|pictures?"
    r"|hash|slug|handle|path|hex|phone|email|zip|lat|lon|lng|group_id"
    r"|stock|quantity|qty|inventory|available)$|^(title|description|name)",
    re.IGNORECASE,
)
# What shops keep of their products for themselves.
_OWN = re.compile(
    r"(^|[\W_])(status|published|visible|visibility|visibility in catalog|taxable|tax[\W_]?(class"
    r"|status|code)|option[0-9][\W_]?name|(weight|length|dimensions?)[\W_]?unit|inventory[\W_]?"
    r"(policy|tracker)|fulfil?lment[\W_]?service|requires[\W_]?shipping|gift[\W_]?card"
    r"|backorders[\W_]?allowed|allow[\W_]?customer[\W_]?reviews|sold[\W_]?individually"
    r"|is[\W_]?featured|in[\W_]?stock|availability)\W*$",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(^|[\W_])(ids?|skus?|(bar|strich)?codes?|ean|gtin|upc|isbn|asin|mpn)([\W_]?1[0-4])?$",
    re.IGNORECASE,
)
NOTHING = frozenset(
    {
        "", "-", "--", "?", "n/a", "na", "nan", "none", "null", "nil", "unknown", "undefined",
        "not available", "not specified", "default title", "tbd",
        "unbekannt", "keine angabe", "inconnu", "desconocido", "未知", "无",
    }
)  # fmt: skip


def is_code(name: str) -> bool:
    """Whether an attribute of this name is a code that tells items apart, such as an SKU."""
    return _CODE.search(name) is not None


def tells_visitors_nothing(name: str) -> bool:
    """Whether an attribute of this name is a code, an address, or for the shop itself."""
    return _NAME.search(name) is not None or _OWN.search(name) is not None
