"""Rows of an items file to item records: everything but id, title and picture is an attribute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

from beholder import numbers_in_text
from beholder.catalogue.attribute_names import attribute_fields
from beholder.catalogue.consent_words import says_yes
from beholder.catalogue.html_text import with_lines, without_tags
from beholder.catalogue.ids import as_id
from beholder.catalogue.mapping import ITEM, matches, picture_fields
from beholder.catalogue.option_names import OptionNames, spoken_of
from beholder.catalogue.other_ids import NOUNS
from beholder.catalogue.picture_names import names
from beholder.catalogue.points import (
    NOTHING,
    STOCK,
    Points,
    is_word,
    with_commas,
    with_pieces,
    without_words,
)
from beholder.catalogue.readers.interface import Batch
from beholder.catalogue.sold_on import sold_on
from beholder.catalogue.variations import GROUP, GROUPED, Variations
from beholder.catalogue.withdrawn import withdrawn
from beholder.sold_out import says_in_stock
from beholder.store.attribute_form import why_no_name, why_no_value
from beholder.store.ids import why_no_item
from beholder.store.records import Attribute, ItemRecord
from beholder.unicode import plain

LIST_MARK = "|"
TAGS = frozenset({"tags", "tag", "keywords", "producttags", "schlagworter"})  # commas part them
IN_STOCK = "in_stock"
TITLE = ""  # beside names of attributes
TAGGED = "rows whose {column} is HTML: its words are kept, without tags"
LINED = "rows whose {column} has \\n for line breaks, which are read as such"
NO_ID = "has no item id"
NO_ID_BUT = "has no item id: its {column} is empty; it has one in {other} (--map item_id={other})"
LEFT = "rows without {what} (the rest was read)"
NO_NUMBER = (
    "rows whose {column} is no number: it is kept as words, as most of the column are, and there "
    "are no ranges and no {name} < 50 (leave such cells empty where it is to be a number)"
)
WORD = "{column}: it is no number, as most of its column are"


class Row(NamedTuple):
    """A row of an items file.

    Attributes
    ----------
    record
        Its item, without pictures; None where it is none, for a `reason`.
    pictures
        The names of its pictures, the cover first.
    left
        The attributes that could not be kept, with why not.
    said
        What it speaks of, as `told` has it, where it says so itself; None: of what its file does.
    cleaned
        What was read otherwise in the words of its columns, in words.
    """

    number: int
    record: ItemRecord | None
    reason: str = ""
    pictures: Sequence[str] = ()
    left: Sequence[str] = ()
    said: frozenset[str] | None = None
    cleaned: Sequence[str] = ()

    def rules(self, mapping: Mapping[str, str]) -> list[str]:
        """Return what was left out or taken otherwise in the row, in words."""
        found = {} if self.record is None else self.record.attributes
        words = [name for name, own in found.items() if numbers_in_text.is_number(name)]
        words = [name for name in words if not isinstance(found[name], float)]
        rules = [LEFT.format(what=left) for left in self.left]
        rules += self.cleaned
        rules += filter(None, (withdrawn(name, own) for name, own in found.items()))
        return rules + [
            NO_NUMBER.format(column=mapping.get(name, name), name=name) for name in words
        ]


def told(columns: Iterable[str], mapping: Mapping[str, str]) -> set[str]:
    """Return what a file, or row, with these columns says of items: attributes, and `TITLE`."""
    there = set(columns)
    fields = attribute_fields(mapping)
    own = there.difference(mapping.values(), fields, [""])
    own |= {name for field in fields if mapping[field] in there for name in (field, mapping[field])}
    own |= spoken_of(there)
    return own | ({TITLE} if mapping.get("title") in there else set())


class Spoken:
    """What rows of a file say of which items, as an import takes it; see `told`.

    Attributes
    ----------
    titles
        Of the items, by id, as their first rows have them.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self.titles: dict[str, str] = {}
        self._mapping = mapping
        self._told: set[str] = set()
        self._own: dict[str, frozenset[str]] = {}

    def see(self, columns: Iterable[str]) -> None:
        """Take the columns of some rows."""
        self._told |= told(columns, self._mapping)

    def take(self, record: ItemRecord, said: frozenset[str] | None) -> None:
        """Take a row, and what it speaks of itself; of an item the first counts."""
        if record.item_id not in self.titles:
            self.titles[record.item_id] = record.title
            if said is not None:
                self._own[record.item_id] = said

    def titles_beside(self, before: Mapping[str, str]) -> dict[str, str]:
        """Return the titles of the items, with those they had where the file speaks of none."""
        return {
            item: before.get(item, title) if TITLE not in self.of(item) else title
            for item, title in self.titles.items()
        }

    def of(self, item_id: str) -> Set[str]:
        """Return what is said of an item."""
        return self._own.get(item_id, self._told) if item_id in self.titles else frozenset()


def records(
    batch: Batch,
    mapping: Mapping[str, str],
    points: Points = NOTHING,
    options: OptionNames | None = None,
) -> Iterator[Row]:
    """Yield what each row means. An item's title is its id where the row has none.

    Parameters
    ----------
    points
        How numbers are read; see `points`.
    options
        What rows before called their options.
    """
    options = options or OptionNames()
    lists = batch.lists()
    variations = Variations(lists)
    images = picture_fields(mapping)
    own = attribute_fields(mapping)
    used = {*mapping.values(), *own}
    others = {name: lists[name] for name in lists if name and name not in used}
    others |= {field: lists[mapping[field]] for field in own}
    if STOCK in points.numbers and STOCK in others:
        others[STOCK] = with_pieces(others[STOCK])
    mixed = {name: others[name] for name in points.numbers if name in others}
    others |= {name: without_words(column) for name, column in mixed.items()}
    others |= {
        name: with_commas(others[name], name in points.small)
        for name in points.commas
        if name in others
    }
    ids = [as_id(value) for value in lists[mapping["item_id"]]]
    for i, number in enumerate(batch.rows):
        item_id = ids[i]
        reason = "" if item_id is None else why_no_item(item_id)
        if item_id is None or reason:
            why = _no_id(lists, mapping, i) if item_id is None else f"item id {reason}"
            yield Row(number, None, why)
            continue
        row = {name: column[i] for name, column in others.items()}
        renamed = options.rename(item_id, row)
        title, unsaid = _title(lists, mapping, i)
        title, cleaned = _cleaned(title, row, mapping)
        record, left = _record(item_id, title, row, mapping)
        left += unsaid
        keys = None if batch.keys is None else batch.keys[i]
        group = variations.of(i)
        if group is not None and not why_no_value(group):
            record.attributes[GROUP] = group
        why = sold_on(row, record.attributes, keys)
        cleaned += [GROUPED.format(column=variations.column)] if group else []
        cleaned += [*renamed, *([why] if why else [])]
        left += [
            WORD.format(column=mapping.get(name, name))
            for name, column in mixed.items()
            if is_word(column[i])
        ]
        named = [name for field in images for name in names(lists[mapping[field]][i])]
        said = None if keys is None else frozenset(told(keys, mapping))
        yield Row(number, record, "", list(dict.fromkeys(named)), left, said, cleaned)


def _no_id(lists: Mapping[str, list[Any]], mapping: Mapping[str, str], i: int) -> str:
    """Say that a row has no id, and which other column has one."""
    column = mapping["item_id"]
    for other in matches(list(lists), ITEM):
        if other != column and plain(other) not in NOUNS and as_id(lists[other][i]) is not None:
            return NO_ID_BUT.format(column=column, other=other)
    return NO_ID


def _record(
    item_id: str, title: str | None, row: dict[str, Any], mapping: Mapping[str, str]
) -> tuple[ItemRecord, list[str]]:
    """Return the item of a row, without what cannot be kept of it, and what that is."""
    attributes: dict[str, Attribute] = {}
    left = []
    for name, value in row.items():
        try:
            found = attribute(name, value)
        except ValueError as error:
            left.append(f"{mapping.get(name, name)}: it {error}")
            continue
        reason = why_no_name(name) if found is not None else ""
        if reason:
            left.append(f"an attribute: its name {reason}")
        elif found is not None:
            attributes[name] = found
    title = (title or item_id).strip() or item_id
    if reason := why_no_value(title):
        left.append(f"the title: it {reason}")
        title = item_id
    return ItemRecord(item_id, title, attributes), left


def attribute(name: str, value: Any) -> Attribute | None:
    """Return a value as words, a number or a list of words; None where there is nothing.

    Raises
    ------
    ValueError
        With the reason, if it is none of these.
    """
    if value is None or value == "":
        return None
    value = _yes_or_no(value) if name == IN_STOCK else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _finite(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return _words(value)
    if not isinstance(value, str):
        raise ValueError("is an object, which cannot be kept")
    if why_no_value(value):
        raise ValueError(why_no_value(value))
    told = numbers_in_text.number(value) if numbers_in_text.is_number(name) else None
    if told is not None:
        return _finite(told)
    if "," in value and LIST_MARK not in value and plain(name) in TAGS:
        return [part.strip() for part in value.split(",") if part.strip()]
    if LIST_MARK in value and len(value) < 1_000:
        return [part.strip() for part in value.split(LIST_MARK) if part.strip()]
    return value


def _yes_or_no(value: Any) -> Any:
    """Return whether a cell such as `yes`, `0` or a number of pieces says yes; else itself."""
    told = numbers_in_text.number(value) if isinstance(value, str) else value
    if isinstance(told, int | float):
        return told > 0
    if not isinstance(value, str):
        return value
    said = says_yes(value)
    if said is None:
        said = says_in_stock(value)
    return value if said is None else said


def _words(values: list[Any]) -> list[str]:
    """Return a list as words."""
    if any(isinstance(each, list | dict) for each in values):
        raise ValueError("has objects or lists in its list, which cannot be kept")
    words = [_word(each) for each in values if each is not None]
    if why_no_value(words):
        raise ValueError(why_no_value(words))
    return [each for each in words if each]


def _word(value: Any) -> str:
    """Return an entry of a list as a word; yes and no as alone in a cell."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _finite(number: float) -> float:
    if why_no_value(number):
        raise ValueError(why_no_value(number))
    return float(number)


def type_of(value: Attribute) -> str:
    """Return what an attribute was read as, in words."""
    if isinstance(value, list):
        return "list"
    if isinstance(value, float):
        return "number"
    told = numbers_in_text.number(value) if isinstance(value, str) else None
    return "words" if told is None else "number in words"


def _cleaned(
    title: str | None, row: dict[str, Any], mapping: Mapping[str, str]
) -> tuple[str | None, list[str]]:
    """Take HTML and written line breaks out of words in place; return the title, and what was."""
    cleaned = []
    for rule, clean in ((TAGGED, without_tags), (LINED, with_lines)):
        if title is not None and (words := clean(title)) != title:
            title = " ".join(words.split())
            cleaned.append(rule.format(column=mapping["title"]))
        for name, value in row.items():
            read = _words_of(value, clean)
            if read is not value:
                row[name] = read
                cleaned.append(rule.format(column=mapping.get(name, name)))
    return title, cleaned


def _words_of(value: Any, clean: Callable[[str], str]) -> Any:
    """Return a value with its words cleaned; itself where there is nothing to clean."""
    if isinstance(value, str):
        words = clean(value)
        return value if words == value else words
    if isinstance(value, list) and any(isinstance(each, str) for each in value):
        parts = [_words_of(each, clean) if isinstance(each, str) else each for each in value]
        return value if parts == value else parts
    return value


def _title(
    lists: Mapping[str, list[Any]], mapping: Mapping[str, str], i: int
) -> tuple[str | None, list[str]]:
    """Return the title of a row, and what cannot be kept of it; of several the first counts."""
    if "title" not in mapping:
        return None, []
    value, left = lists[mapping["title"]][i], []
    if isinstance(value, list):
        if len(value) > 1:
            left.append("the titles behind the first")
        value = value[0] if value else None
    if isinstance(value, dict):
        return None, [*left, "the title: it is an object, which cannot be kept"]
    return None if value is None else str(value), left
