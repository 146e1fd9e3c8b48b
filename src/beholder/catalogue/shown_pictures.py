"""What an item shows after an import: what the file names, and what it showed before.

A row that names several pictures is the list of that item. A row that names one says which is
the cover: it takes the place of the first, and the others stay, for most files know only one
picture and an item may have got more since. Where not all that is named could be found, nothing
is taken away either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LOST = "pictures that items showed and the file's lists do not: no more shown"
STAY = "pictures that items showed and the file does not name: kept behind the cover"
REPLACED = "covers in the place of another, which is shown no more"


class Merged(NamedTuple):
    """A list of pictures, and which of those before are in it unnamed, or not in it.

    Attributes
    ----------
    replaced
        The cover of before, where another took its place.
    """

    pictures: list[str]
    stay: list[str]
    lost: list[str]
    replaced: str | None = None


def merged(found: Sequence[str], had: Sequence[str], whole: bool) -> Merged:
    """Return what an item is to show.

    Parameters
    ----------
    found
        What the file names, at least one picture.
    had
        What the item showed.
    whole
        Whether `found` is all that the file names of it.
    """
    rest = [picture for picture in had if picture not in found]
    if whole and len(found) > 1:
        return Merged(list(found), [], rest)
    if whole and had and found[0] not in had:
        return Merged([*found, *rest[1:]], rest[1:], [], rest[0])
    return Merged([*found, *rest], rest, [])
