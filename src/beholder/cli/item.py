"""`beholder item`: one item, looked at, changed, hidden or deleted; servers follow at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beholder.cli import console

if TYPE_CHECKING:
    from beholder.store import ItemRecord, Store

FOLDER = click.Path(path_type=Path)
FIXED = {  # what `show` tells beside title and attributes, and how it is changed
    "item_id": "import the item with its new id, and delete this one",
    "pictures": "import a file that names them",
    "hidden": "use `beholder item hide` or `unhide`",
}
LONGEST = 200  # letters that are shown of a value
WHOLE = 1e15  # numbers below are written out


@click.group("item")
def command() -> None:
    """Show, change, hide or delete items."""


@command.command("show")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("item")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show(directory: Path, item: str, as_json: bool) -> None:
    """Print what is held of ITEM."""
    with _store(directory) as store:
        found = store.item(item)
    told = {name: found[name] for name in ("item_id", "title", "hidden")}
    if as_json:
        console.as_json(told | {name: found[name] for name in ("attributes", "pictures")})
        return
    _print(told | {"pictures": len(found["pictures"])}, found["attributes"])


@command.command("set")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("item")
@click.argument("values", nargs=-1, required=True, metavar="NAME=VALUE...")
def set_values(directory: Path, item: str, values: tuple[str, ...]) -> None:
    """Change the title or attributes of ITEM: price=12.50 stock=0.

    Values are read as those of an items file; one that is empty takes the attribute away.
    """
    told = _read(values)
    with _store(directory) as store:
        record = store.change_item(item, lambda found: _changed(found, told))
    _print({"item_id": item, "title": record.title}, record.attributes)


@command.command("hide")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("items", nargs=-1, required=True)
def hide(directory: Path, items: tuple[str, ...]) -> None:
    """Take ITEMS out of all answers, until they are shown again."""
    _each(directory, items, lambda store, item: store.hide(item, True), "hidden")


@command.command("unhide")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("items", nargs=-1, required=True)
def unhide(directory: Path, items: tuple[str, ...]) -> None:
    """Let ITEMS be in answers again."""
    _each(directory, items, lambda store, item: store.hide(item, False), "shown")


@command.command("delete")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("items", nargs=-1, required=True)
def delete(directory: Path, items: tuple[str, ...]) -> None:
    """Take ITEMS out of the catalogue; what people did with them stays, for when they come back."""
    _each(directory, items, lambda store, item: store.delete_item(item), "deleted")


def _each(
    directory: Path, items: Sequence[str], change: Callable[[Store, str], None], done: str
) -> None:
    with _store(directory) as store:
        once = list(dict.fromkeys(items))
        for item in once:
            store.item(item)  # none is changed where one does not exist
        for item in once:
            change(store, item)
    console.echo(f"{done}: {', '.join(once)}")


@contextmanager
def _store(directory: Path) -> Iterator[Store]:
    from beholder.store import Store
    from beholder.workspace import Workspace

    with Store.open(Workspace.open(directory)) as store:
        yield store


def _read(values: Sequence[str]) -> dict[str, str]:
    from beholder.catalogue.attribute_names import guessed
    from beholder.errors import UsageError

    told: dict[str, str] = {}
    headings = [name.strip() for name, _, text in (v.partition("=") for v in values) if text]
    ours = {other: name for name, other in guessed(headings, {}).items()}
    for value in values:
        name, mark, text = (part.strip() for part in value.partition("="))
        if not mark or not name:
            raise UsageError(
                f"{value!r} sets nothing", remedy="write NAME=VALUE, as in price=12.50"
            )
        if name in ours:
            console.echo(f"{name} is read as {ours[name]}, as in an import", err=True)
            name = ours[name]
        if name in FIXED:
            raise UsageError(f"{name} is not set by this command", remedy=FIXED[name])
        if name in told:
            raise UsageError(f"{name} is set twice", remedy="say it once")
        told[name] = text
    return told


def _changed(item: ItemRecord, told: dict[str, str]) -> ItemRecord:
    """Return an item with other values, as an items file would have it.

    Raises
    ------
    UsageError
        If a value cannot be kept.
    """
    from beholder.catalogue.items_from_rows import attribute
    from beholder.errors import UsageError
    from beholder.numbers_in_text import is_number
    from beholder.store import ItemRecord
    from beholder.store.attribute_form import why_no_name

    title = told.get("title", item.title) or item.item_id
    attributes = dict(item.attributes)
    for name, text in told.items():
        if name == "title":
            continue
        if text and (reason := why_no_name(name)):
            raise UsageError(f"the name of an attribute {reason}", remedy="name it otherwise")
        try:
            value = attribute(name, text)
        except ValueError as error:
            raise UsageError(f"{name} {error}", remedy="set another value") from error
        if text and is_number(name) and not isinstance(value, float):
            raise UsageError(
                f"{name} is a number, and {_short(text)!r} is none",
                remedy=f"write it as in {name}=12.50 or {name}=1.299,00",
            )
        attributes.pop(name, None)
        if value is not None:
            attributes[name] = value
    return ItemRecord(item.item_id, title, attributes)


def _print(own: dict[str, Any], attributes: dict[str, Any]) -> None:
    """Print an item's own fields, then its attributes, which may be called like one of them."""
    rows = [[name, _short(value)] for name, value in own.items()]
    for name, value in attributes.items():
        taken = name in FIXED or name == "title"
        rows.append([f"{name} (attribute)" if taken else name, _short(value)])
    console.table(["name", "value"], rows)


def _short(value: Any) -> Any:
    text = "; ".join(value) if isinstance(value, list) else value
    if isinstance(text, float):  # as it was told: 1234.5, 0
        return str(int(text)) if text.is_integer() and abs(text) < WHOLE else repr(text)
    if not isinstance(text, str) or len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}... ({len(text):,} letters)"
