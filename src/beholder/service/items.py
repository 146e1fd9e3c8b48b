"""`/v1/items/{id}`: one item, shown, put, hidden, or taken out of the catalogue."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath
from msgspec import Meta

from beholder.behaviour.event import Id
from beholder.encoders.picture_workers import EncodedPicture
from beholder.engine.answer import Recommendation
from beholder.engine.cards import picture_of
from beholder.errors import DataError
from beholder.media.originals import path_of
from beholder.service import uploads
from beholder.service.access import needs
from beholder.service.asking import Asking, plain_id, running_of
from beholder.service.attributes import with_numbers
from beholder.service.running import Running, in_thread
from beholder.store import ItemRecord
from beholder.store.ids import check_id
from beholder.store.records import Attribute

COMPARED = 60.0  # seconds that who puts an item waits for it to be compared
MANY = "/v1/items"
PATH = MANY + "/{item_id:str}"
TOGETHER = 1_000  # items in one request
AT_ONCE = 20  # pictures in one form
MOST = 100  # of one item, as in an import
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class ItemBody(msgspec.Struct, forbid_unknown_fields=True):
    """An item as a shop describes it.

    Attributes
    ----------
    pictures
        SHA-256 of pictures that were sent before, the cover first. Left out: those that the
        item has stay.
    """

    title: Annotated[str, Meta(max_length=2000)]
    attributes: dict[str, Attribute] = {}
    pictures: Annotated[list[Hash], Meta(max_length=MOST)] | None = None


class NamedItem(ItemBody, forbid_unknown_fields=True, kw_only=True):
    """An item among others."""

    item_id: Id


class ItemBodies(msgspec.Struct, forbid_unknown_fields=True):
    """Many items at once."""

    items: Annotated[list[NamedItem], Meta(max_length=TOGETHER)]


class ItemPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What changes of an item; what is left out stays.

    Attributes
    ----------
    hidden
        Whether it is kept out of all answers.
    attributes
        Values by name; null takes an attribute away.
    """

    hidden: bool | None = None
    title: Annotated[str, Meta(min_length=1, max_length=2000)] | None = None
    attributes: dict[str, Attribute | None] = {}


class ItemState(msgspec.Struct):
    """What became of an item: added, changed, same, hidden, shown or deleted.

    What was hidden stays so when it is put again, also after it was deleted: then it is `hidden`.
    `later`: it is stored, and compared as soon as that can be done; `/health/ready` says why not.
    """

    id: str
    status: str


class ItemCounts(msgspec.Struct):
    """How many items were new, other than before, and as they were.

    Attributes
    ----------
    later
        Whether they are compared only as soon as that can be done; `/health/ready` says why.
    """

    added: int
    changed: int
    same: int
    later: bool


class ItemPicture(msgspec.Struct, frozen=True, omit_defaults=True):
    """One picture of an item; without addresses until its renditions are made.

    Attributes
    ----------
    hash
        SHA-256 of the file: what `pictures` of a PUT names.
    """

    hash: str
    src: str = ""
    srcset: str = ""
    width: int = 0
    height: int = 0
    colour: str = ""


class ItemShown(Recommendation, frozen=True):
    """An item with all its pictures, the cover first, and the variants of its product."""

    pictures: tuple[ItemPicture, ...] = ()
    variants: tuple[Recommendation, ...] = ()


@get(PATH, opt=needs("recommend", token=True))
async def get_item(request: Asking, item_id: FromPath[str]) -> ItemShown:
    """Return one item as it is shown, with all its pictures."""
    running = running_of(request)
    await running.seen(None, None)
    return await in_thread(lambda: shown(running, plain_id(item_id)))


def shown(running: Running, name: str) -> ItemShown:
    """Return an item with all its pictures, and the variants of its product with itself.

    Raises
    ------
    UnknownItemError
        If there is none, or it is hidden.
    """
    card = running.engine.item(name)
    media = running.store.item(name)["media"]
    root = running.settings.serve.root_path
    pictures = tuple(_picture(medium, root) for medium in media)
    variants = running.engine.variants(name)
    return ItemShown(**msgspec.structs.asdict(card), pictures=pictures, variants=variants)


@put(PATH, status_code=200, opt=needs("catalogue", body="either", upload=True))
async def put_item(request: Asking, item_id: FromPath[str]) -> ItemState:
    """Add an item or change it: JSON, or a form with `item` (that JSON) and `picture` files.

    When this answers, the item can be recommended.
    """
    running, name = running_of(request), plain_id(item_id)
    check_id(name, "item_id")
    data: list[bytes] = []
    if uploads.is_form(request):
        form = await uploads.read_form(request, frozenset({"item"}))
        data = form.pictures
        body = uploads.decode(form.words.get("item", ""), ItemBody, "item")
        _refuse_many(len(data), len(body.pictures or []))
    else:
        body = uploads.decode(await request.body(), ItemBody)
    return await in_thread(lambda: _put(running, name, body, data))


@post(MANY, status_code=200, opt=needs("catalogue", body="json"))
async def put_items(request: Asking) -> ItemCounts:
    """Add or change many items, each as `PUT /v1/items/{item_id}` does; all of them or none."""
    running, data = running_of(request), uploads.decode(await request.body(), ItemBodies)
    names: set[str] = set()
    for i, item in enumerate(data.items):
        check_id(item.item_id, f"items[{i}].item_id")
        if item.item_id in names:
            raise DataError(
                "this item comes twice", remedy="send it once", field=f"items[{i}].item_id"
            )
        names.add(item.item_id)
        _refuse_unsent(running, item.pictures or [], f"items[{i}].pictures")
        item.attributes = with_numbers(
            running, item.item_id, item.attributes, f"items[{i}].attributes"
        )
    records = [ItemRecord(i.item_id, i.title, i.attributes, i.pictures) for i in data.items]
    return await in_thread(lambda: _put_many(running, records))


@patch(PATH, status_code=200, opt=needs("catalogue", body="json"))
async def patch_item(request: Asking, item_id: FromPath[str]) -> ItemState:
    """Change the price or stock of an item, hide it, or bring it back.

    No answer that starts after this one shows it as it was.
    """
    running, name = running_of(request), plain_id(item_id)
    data: ItemPatch = uploads.decode(await request.body(), ItemPatch)
    return await in_thread(lambda: _patch(running, name, data))


@delete(PATH, status_code=200, opt=needs("catalogue"))
async def delete_item(request: Asking, item_id: FromPath[str]) -> ItemState:
    """Take an item out of the catalogue; what people did with it stays."""
    running, name = running_of(request), plain_id(item_id)
    await in_thread(lambda: running.store.delete_item(name))
    return ItemState(name, "deleted")


def _put(running: Running, name: str, body: ItemBody, data: list[bytes]) -> ItemState:
    pictures, attributes = body.pictures, with_numbers(running, name, body.attributes)
    _refuse_unsent(running, pictures or [])
    kept = [uploads.keep(running, picture) for picture in data]
    if kept:
        pictures = list(dict.fromkeys([each.hash for each in kept] + (pictures or [])))
        running.store.set_picture_facts(_facts(kept))  # before the item shows them
    counts = running.store.put_items([ItemRecord(name, body.title, attributes, pictures)])
    status = "added" if counts.added else "changed" if counts.changed else "same"
    return _compared(running, name, status)


def _put_many(running: Running, records: list[ItemRecord]) -> ItemCounts:
    counts = running.store.put_items(records)
    running.engine.refresh(patience=COMPARED)
    later = running.engine.trouble is not None
    return ItemCounts(counts.added, counts.changed, counts.same, later)


def _compared(running: Running, name: str, status: str) -> ItemState:
    """Return what became of an item, once it can be recommended as it is now."""
    running.engine.refresh(patience=COMPARED)
    if running.engine.trouble is not None:
        return ItemState(name, "later")
    return ItemState(name, "hidden" if running.store.item(name)["hidden"] else status)


def _patch(running: Running, name: str, data: ItemPatch) -> ItemState:
    status, sent = "same", with_numbers(running, name, data.attributes)
    if data.hidden is not None:
        running.store.hide(name, data.hidden)
        status = "hidden" if data.hidden else "shown"
    if data.title is None and not data.attributes:
        return ItemState(name, status)

    def changed(item: ItemRecord) -> ItemRecord:
        told = item.attributes | sent
        kept = {key: value for key, value in told.items() if value is not None}
        return ItemRecord(name, data.title or item.title, kept)

    before = running.store.item(name)
    after = running.store.change_item(name, changed)
    same = (after.title, after.attributes) == (before["title"], before["attributes"])
    if status == "same" and not same:
        status = "changed"
    return _compared(running, name, status)


def _refuse_many(sent: int, named: int) -> None:
    if sent > AT_ONCE:
        raise DataError(
            f"{sent} pictures in one form, {AT_ONCE} may be",
            remedy="send the others with a second request that names the first by `pictures`",
            field="picture",
        )
    if sent + named > MOST:
        raise DataError(
            f"{sent + named} pictures of one item, {MOST} may be",
            remedy="leave some out",
            field="pictures",
        )


def _refuse_unsent(running: Running, pictures: list[str], field: str = "pictures") -> None:
    for i, digest in enumerate(pictures):
        if not path_of(running.workspace.media, digest).exists():
            raise DataError(
                f"no picture {digest} was sent or imported before",
                remedy="send the file itself in a form",
                field=f"{field}[{i}]",
            )


def _picture(medium: dict[str, Any], root: str) -> ItemPicture:
    digest, width, height = medium["hash"], medium["width"], medium["height"]
    found = picture_of(digest, width, height, medium["colour"], root)
    if found is None:
        return ItemPicture(medium["hash"])
    return ItemPicture(medium["hash"], **msgspec.structs.asdict(found))


def _facts(kept: list[EncodedPicture]) -> dict[str, tuple[int, int, str]]:
    return {each.hash: (each.width, each.height, each.colour) for each in kept}


handlers = [get_item, put_item, put_items, patch_item, delete_item]
