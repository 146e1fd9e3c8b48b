"""Words by which shops say that there is none left, in any spelling."""

from __future__ import annotations

import re

from beholder.unicode import plain

WORDS = (
    "out of stock", "sold out", "not in stock", "not available", "unavailable", "discontinued",
    "ausverkauft", "nicht verfügbar", "nicht lieferbar", "nicht auf lager", "nicht vorrätig",
    "vergriffen", "épuisé", "indisponible", "rupture de stock", "en rupture de stock",
    "non disponible", "agotado", "no disponible", "sin existencias", "sin stock", "esaurito",
    "non disponibile", "esgotado", "indisponível", "sem estoque", "uitverkocht",
    "niet op voorraad", "缺货", "售罄", "无货", "在庫切れ",
)  # fmt: skip
LEFT = (
    "in stock", "available", "auf lager", "lieferbar", "verfügbar", "vorrätig", "en stock",
    "disponible", "disponibile", "disponível", "em estoque", "op voorraad", "有货", "现货",
    "在庫あり",
)  # fmt: skip
# Before words of product data that are made for search engines.
ADDRESS = re.compile(r"https?://schema\.org/", re.IGNORECASE)


def says_sold_out(text: str) -> bool:
    """Whether a word of any spelling says that there is none left: `SoldOut`, `sold_out`."""
    return _plain(text) in PLAIN


def says_in_stock(text: str) -> bool | None:
    """Whether a word says that there is some, or that there is none; None: it says neither."""
    told = _plain(text)
    return True if told in _LEFT else False if told in PLAIN else None


def _plain(text: str) -> str:
    return plain(ADDRESS.sub("", text.strip(), count=1))


PLAIN = frozenset(map(plain, WORDS))
_LEFT = frozenset(map(plain, LEFT))
