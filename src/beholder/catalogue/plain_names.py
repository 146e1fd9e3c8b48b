"""Names of columns without what is only spelling: case, accents, spaces and marks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

CURRENCY = re.compile(r"[\s(\[/]+(?:in )?(?:[€$£¥]|EUR|USD|GBP|CHF)\s*[)\]]?\s*$", re.IGNORECASE)
UNIT = re.compile(
    r"(?:[\s_]+|\s*[(\[/]\s*)(?:in )?(?:mg|g|gr|grams?|gramm|kg|lbs?|oz|mm|cm|m|in|inch|inches|ft"
    r"|克|千克|公斤|毫米|厘米|米)\.?\s*[)\]]?\s*$",
    re.IGNORECASE,
)


@lru_cache(4_096)  # the same few for each row
def plain(name: str) -> str:
    """Return a name in small letters and digits: `Art.-Nr.` is artnr, `Quantité` is quantite."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\W_]", "", bare)  # letters of any script stay, their accents are none


def without_currency(name: str) -> str:
    """Return a name without the currency behind it: `Preis (€)` is Preis."""
    return CURRENCY.sub("", name) or name


def without_unit(name: str) -> str:
    """Return a name without what it is in: `Gewicht (kg)` is Gewicht, `Preis (€)` is Preis."""
    return UNIT.sub("", without_currency(name)) or name


def currency(name: str) -> str:
    """Return the currency behind a name; empty: there is none."""
    found = CURRENCY.search(name)
    if found is None:
        return ""
    return re.sub(r"^[\s(\[/]+(?:in )?|[\s)\]]+$", "", found[0], flags=re.IGNORECASE).upper()
