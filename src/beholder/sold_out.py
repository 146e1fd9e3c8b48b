"""Words by which shops say that there is none left, in any spelling."""

from __future__ import annotations

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
IN_ONE = 80  # spellings in one filter, whose length is bounded
ADDRESS = "https://schema.org/"  # before words of product data that are made for search engines


def says_sold_out(text: str) -> bool:
    """Whether a word of any spelling says that there is none left: `SoldOut`, `sold_out`."""
    return _plain(text) in PLAIN


def says_in_stock(text: str) -> bool | None:
    """Whether a word says that there is some, or that there is none; None: it says neither."""
    told = _plain(text)
    return True if told in _LEFT else False if told in PLAIN else None


def spellings() -> list[str]:
    """Return the words as shops write them, for what compares letter by letter."""
    found = dict.fromkeys(
        written for word in WORDS for way in _ways(word) for written in (word, *way)
    )
    camel = ["".join(map(str.capitalize, word.split())) for word in WORDS[:2]]
    return [*found, *(ADDRESS + name for name in camel)]


def filters(attribute: str) -> list[str]:
    """Return filters that one of holds where an attribute is such a word as shops write them."""
    all_ = spellings()
    some = [all_[start : start + IN_ONE] for start in range(0, len(all_), IN_ONE)]
    return [f"{attribute} in ({', '.join(map(repr, each))})" for each in some]


def _ways(word: str) -> list[list[str]]:
    parts = word.split()
    marks = [mark.join(parts) for mark in (" ", "_", "-", "")]
    return [
        marks,
        [marked.capitalize() for marked in marks[:3]],
        [marked.upper() for marked in marks],
        [" ".join(map(str.capitalize, parts)), "".join(map(str.capitalize, parts))],
    ]


def _plain(text: str) -> str:
    return plain(text.strip().removeprefix(ADDRESS).removeprefix("http://schema.org/"))


PLAIN = frozenset(map(plain, WORDS))
_LEFT = frozenset(map(plain, LEFT))
