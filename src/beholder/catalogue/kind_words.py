"""The words that files have for kinds of event, as shops and sites export them.

Those of GA4, Segment, OTTO, gorse, Metarank and the usual data sets are known, and German and
Chinese ones; others are mapped by `--map-kind`. What takes something back is no liking, and no
kind either.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES, KINDS
from beholder.catalogue.readers.interface import Column, distinct
from beholder.errors import UsageError

UNKNOWN, BACK, LEFT, EMPTY = 0, 255, 254, 253  # codes of no kind
REASONS = {
    UNKNOWN: "kind is not one of " + ", ".join(CODES),
    BACK: "takes something back, which is no liking",
    LEFT: "kind is left out by --map-kind",
    EMPTY: "kind is not said: its cell is empty",
}
NONE = "none"  # `--map-kind scroll=none`
WORDS = {
    "view": (
        "views", "viewed", "pageview", "page view", "detail", "pv", "view item", "item view",
        "viewed item", "product viewed", "product view", "view product", "view content",
        "viewcontent", "impression detail", "screen view", "read", "visit", "open", "opened",
        "angesehen", "gesehen", "angeschaut", "ansicht", "aufruf", "aufgerufen",
        "浏览", "查看", "看过", "访问", "瀏覽",
    ),
    "click": (
        "clicks", "clicked", "select item", "select content", "product clicked", "item click",
        "click item", "tap", "klick", "geklickt", "angeklickt", "点击", "點擊",
    ),
    "like": ("likes", "liked", "thumbs up", "upvote", "star", "starred", "love", "heart",
             "gefällt mir", "geliked", "点赞", "赞", "喜欢", "按讚", "喜歡"),
    "dislike": ("dislikes", "disliked", "thumbs down", "downvote", "not interested",
                "gefällt mir nicht", "不喜欢", "踩", "点踩", "不感兴趣", "不喜歡"),
    "save": (
        "favorite", "favourite", "favorites", "favourites", "fav", "bookmark", "wishlist",
        "add to wishlist", "addtowishlist", "product added to wishlist", "saved", "collect",
        "gemerkt", "merkzettel", "merkliste", "wunschliste", "wunschzettel", "gespeichert",
        "收藏", "已收藏", "加入收藏", "心愿单", "加入心愿单",
    ),
    "hide": ("hidden", "dismiss", "dismissed", "ausgeblendet", "隐藏", "屏蔽", "隱藏"),
    "cart": (
        "carts", "addtocart", "add to cart", "added to cart", "basket", "add to basket",
        "product added", "begin checkout", "checkout", "initiatecheckout", "warenkorb",
        "in den warenkorb", "in den warenkorb gelegt", "加购", "加购物车", "加入购物车",
        "放入购物车", "购物车", "加入購物車",
    ),
    "purchase": (
        "purchases", "purchased", "buy", "bought", "buys", "order", "orders", "ordered",
        "transaction", "transactions", "order completed", "checkout completed", "conversion",
        "ecommerce purchase", "sale", "kauf", "gekauft", "bestellt", "bestellung", "购买",
        "已购买", "买", "下单", "成交", "支付", "付款", "订单", "購買",
    ),
    "rating": ("ratings", "rate", "rated", "bewertet", "bewertung", "评分", "打分", "評分"),
    "watch": ("play", "played", "stream", "watched", "listen", "video played", "abgespielt",
              "angehört", "播放", "观看", "收听", "觀看"),
    "share": ("shares", "shared", "product shared", "geteilt", "分享", "转发"),
    "satisfaction": ("zufriedenheit", "满意度", "滿意度"),
    "review": ("reviews", "reviewed", "product reviewed", "rezension", "rezensiert", "评论", "评价",
               "点评", "評論"),
}  # fmt: skip
TAKES_BACK = (
    "remove from cart", "removed from cart", "removefromcart", "product removed", "refund",
    "refunded", "return", "returned", "unlike", "unliked", "unsave", "unfavorite",
    "product removed from wishlist", "remove from wishlist", "order cancelled", "cancel",
    "cancelled", "canceled", "failed", "order canceled", "order failed", "order refunded",
    "payment failed", "voided", "wc cancelled", "wc failed", "wc refunded", "fehlgeschlagen",
    "retoure", "zurückgegeben", "zurückgesendet", "storno", "storniert",
    "aus dem warenkorb entfernt", "退款", "退货", "取消订单", "取消收藏", "取消点赞", "取消赞",
    "移出购物车", "删除购物车", "从购物车移除", "退貨", "已取消", "已退款", "已退货", "交易关闭",
    "cancelled refunded", "canceled refunded", "abgebrochen", "widerrufen", "erstattet",
    "rückerstattet", "annulé", "annulée", "remboursé", "remboursée", "échoué", "échouée",
    "cancelado", "cancelada", "reembolsado", "reembolsada", "anulado", "fallido", "annullato",
    "rimborsato", "fallito", "falhou", "geannuleerd", "terugbetaald", "mislukt",
)  # fmt: skip
SHOWN = re.compile(r"[\w .:/-]{1,40}")  # what is no word is not told of: it may say who it was
MOST_SHOWN = 10
MOST_WORDS = 200  # of a column of kinds


def _plain(word: object) -> str:
    return re.sub(r"[\W_]+", " ", word.lower()).strip() if isinstance(word, str) else ""


_KNOWN = {
    **{word: CODES[kind] for kind, words in WORDS.items() for word in words},
    **{kind: CODES[kind] for kind in KINDS},
    **dict.fromkeys(TAKES_BACK, BACK),
}


def codes_of(column: Column, own: Mapping[str, str] | None = None) -> NDArray[np.uint8]:
    """Return the code of the kind of each row, uint8 (n,); a key of `REASONS` where it has none.

    Parameters
    ----------
    own
        Kinds of words that are meant otherwise, or not known: `{"view_item": "view"}`.
    """
    values, rows = distinct(column)
    return np.array([_code_of_cell(value, own or {}) for value in values], np.uint8)[rows]


def unknown(column: Column, own: Mapping[str, str] | None = None) -> Counter[str]:
    """Return words that name no kind, with how many rows have them: the most frequent of them.

    There is one more than are shown, so that nobody takes those for all.
    """
    values, rows = distinct(column)
    counts = np.bincount(rows, minlength=len(values))
    found = [
        (value, int(n))
        for value, n in zip(values, counts, strict=True)
        if isinstance(value, str) and _code(value, own or {}) == UNKNOWN and SHOWN.fullmatch(value)
    ]
    return Counter(dict(sorted(found, key=lambda one: -one[1])[: MOST_SHOWN + 1]))


def names_kinds(column: Column, own: Mapping[str, str]) -> bool:
    """Whether a column has a word for a kind."""
    return bool((~np.isin(codes_of(column, own), (UNKNOWN, EMPTY))).any())


def column_of_kinds(columns: Mapping[str, Column], own: Mapping[str, str]) -> str | None:
    """Return the only column that has words for kinds in every row; None: there is none.

    One word alone is as often something else, unless it takes something back.
    """
    found = []
    for name, column in columns.items():
        codes = {_code(value, own) for value in _few(distinct(column)[0])} or {UNKNOWN}
        if UNKNOWN not in codes and (len(codes) > 1 or BACK in codes):
            found.append(name)
    return found[0] if len(found) == 1 else None


def known(column: Column) -> Counter[str]:
    """Return words for kinds, and those that take something back, with how many rows have them."""
    values, rows = distinct(column)
    found = [
        i
        for i, value in enumerate(_few(values))
        if _code(value, {}) != UNKNOWN and SHOWN.fullmatch(value)
    ]
    counts = np.bincount(rows, minlength=len(values))
    return Counter({values[i]: int(counts[i]) for i in found})


def _few(values: list[Any]) -> list[Any]:
    """Return the different values of a column; none where they are too many to be kinds."""
    return values if len(values) <= MOST_WORDS else []


def takes_back(word: str) -> bool:
    """Whether a word takes something back."""
    return _code(word, {}) == BACK


def is_empty(value: object) -> bool:
    """Whether a cell has nothing in it."""
    return value is None or (isinstance(value, str) and not value.strip())


def _code_of_cell(value: object, own: Mapping[str, str]) -> int:
    return EMPTY if is_empty(value) else _code(value, own)


def _code(value: object, own: Mapping[str, str]) -> int:
    word = _plain(value)
    if word in own:
        return CODES.get(own[word], LEFT)
    return _KNOWN.get(word, UNKNOWN)


def parse(texts: Sequence[str]) -> dict[str, str]:
    """Return what `--map-kind WORD=KIND` says.

    Raises
    ------
    UsageError
        If it is written otherwise, or names no kind.
    """
    found: dict[str, str] = {}
    for text in texts:
        word, equals, kind = text.partition("=")
        if "," in kind and "=" in kind:
            raise UsageError(
                f"--map-kind {text} says several things",
                remedy=f"repeat the option: --map-kind {text.replace(',', ' --map-kind ')}",
            )
        if not (_plain(word) and equals and (kind in CODES or kind == NONE)):
            raise UsageError(
                f"--map-kind {text} is not WORD=KIND",
                remedy=f"a kind is one of {', '.join(CODES)}, or {NONE} to leave such rows out",
            )
        found[_plain(word)] = kind
    return found
