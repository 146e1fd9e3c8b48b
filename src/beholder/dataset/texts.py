"""What the attributes of an item say: its words as one text, and which product it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.spaces.words import WORD
from beholder.translations import translation

PRODUCT = ("product_code", "item_group_id")  # the second is what shopping feeds call it
UNSEARCHED = frozenset({"price", "url", "image", "picture", "colour_hex"})
SHORT = 60  # characters of an attribute that is a fact, not a text
HYPHENED = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)+")
CODED = re.compile(r"(?=[^\d]*\d)\w+(?:[-./_:]+\w+)+")
POINT_ZERO = re.compile(r"^([0-9]+)\.0+$")
CODE = 10_000  # whole numbers from here on may be codes; those below are sizes and years
SKIPPED = frozenset({"price", *PRODUCT, "imdb_id", "url", "image", "picture", "colour_hex"})


def text_of(title: str | None, attributes: Mapping[str, Any]) -> str:
    """Join title and the texts among the attributes; numbers and codes say nothing.

    What `tags_zh` says, `tags` says already.
    """
    parts = [title or ""]
    for name, value in attributes.items():
        if name in SKIPPED or translation(name, attributes):
            continue
        if isinstance(value, str):
            parts.append(value)
        elif isinstance(value, list):
            parts += [str(entry) for entry in value]
    return " ".join(part for part in parts if part)


def is_code(text: str) -> bool:
    """Whether a text is one code, such as `SKU-1004`, in several parts."""
    return len(text) <= SHORT and CODED.fullmatch(text) is not None


def joined(text: str) -> str:
    """Return a code in one part, as people type it: `SKU1004`."""
    return "".join(filter(str.isalnum, text)) if is_code(text) else ""


class Searched(NamedTuple):
    """What a search looks at: names and short facts, and what is told at length."""

    head: str
    body: str


def searched_of(item_id: str, title: str | None, attributes: Mapping[str, Any]) -> Searched:
    """Return what words may find an item by: its id and codes, and `tshirt` for a t-shirt."""
    head: list[str] = [item_id, joined(item_id), title or ""]
    body: list[str] = []
    for name, value in attributes.items():
        if name in UNSEARCHED:
            continue
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, str):
                (head if len(entry) <= SHORT else body).append(entry)
                if is_code(entry):
                    head.append(joined(entry))
            elif not isinstance(entry, bool) and entry == entry // 1 and abs(entry) >= CODE:
                head.append(str(int(entry)))
    head += ("".join(WORD.findall(one)) for short in tuple(head) for one in HYPHENED.findall(short))
    return Searched(" ".join(head), " ".join(body))


def product_of(attributes: Mapping[str, Any]) -> str | None:
    """Return the code that an item shares with its variants in other colours or patterns.

    The number 123, the text `123` and `123.0`, as programs write it beside gaps, are one code;
    `0123` is another one.
    """
    for name in PRODUCT:
        code = attributes.get(name)
        if code:
            whole = isinstance(code, float) and code.is_integer()
            return POINT_ZERO.sub(r"\1", str(int(code) if whole else code))
    return None


class Groups(NamedTuple):
    """Variants of one product share a number.

    Attributes
    ----------
    codes
        Number of each product code.
    of_items
        int32 (n_items,). -1: no product is known.
    """

    codes: dict[str, int]
    of_items: NDArray[np.int32]

    def plus(self, attributes: Sequence[Mapping[str, Any]]) -> Groups:
        """Return the groups of these items and, after the last, of more."""
        codes = dict(self.codes)
        more = np.full(len(attributes), -1, np.int32)
        for place, attr in enumerate(attributes):
            code = product_of(attr)
            if code is not None:
                more[place] = codes.setdefault(code, len(codes))
        return Groups(codes, np.concatenate([self.of_items, more]))

    def changed(
        self, positions: NDArray[np.int32], attributes: Sequence[Mapping[str, Any]]
    ) -> Groups:
        """Return the groups after items, int32 (m,), got other attributes."""
        both = self.plus(attributes)
        of_items = self.of_items.copy()
        of_items[positions] = both.of_items[len(of_items) :]
        return Groups(both.codes, of_items)


def groups_of(attributes: Sequence[Mapping[str, Any]]) -> Groups:
    """Number the variants of one product, see `product_of`."""
    return Groups({}, np.empty(0, np.int32)).plus(attributes)
