"""Names of columns without the currency or unit behind them."""

from __future__ import annotations

import re

CURRENCY = re.compile(r"[\s(\[/]+(?:in )?(?:[€$£¥]|EUR|USD|GBP|CHF)\s*[)\]]?\s*$", re.IGNORECASE)
UNIT = re.compile(
    r"(?:[\s_]+|\s*[(\[/]\s*)(?:in )?(?:mg|g|gr|grams?|gramm|kg|lbs?|oz|mm|cm|m|in|inch|inches|ft"
    r"|克|千克|公斤|毫米|厘米|米)\.?\s*[)\]]?\s*$",
    re.IGNORECASE,
)


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
