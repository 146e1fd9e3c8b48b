"""Which column means what: guessed from its name, shown, and corrected by `--map`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from beholder.catalogue.attribute_names import IMAGE, attribute_fields, guessed
from beholder.errors import DataError, UsageError
from beholder.numbers_in_text import NUMBERS
from beholder.unicode import plain

ITEM = (
    "item_id", "item", "sku", "article_id", "article", "product_id", "product", "movie_id",
    "movie", "video_id", "video", "content_id", "parent_asin", "asin", "listing_id", "handle",
    "variant_sku", "item_sku", "product_sku", "order_item_sku", "book_id", "letterboxd_uri",
    "const",
    "product_no", "product_number", "item_no", "item_number", "article_no", "article_number",
    "artikelnummer", "artikel_nr", "art_nr", "art_no", "lineitem_sku", "artikel_id",
    "produktnummer", "produkt_nr", "produkt_id", "商品编号", "产品编号", "商品id", "产品id",
    "物品id",
    "id", "artikel", "produkt",  # these two are as often a name
)  # fmt: skip
USER = (
    "user_id", "user", "customer_id", "customer", "visitor_id", "visitor", "member_id",
    "customer_user_id", "customer_user", "reviewer_id",
    "account_id", "client_id", "uid", "user_pseudo_id", "anonymous_id", "person_id",
    "kunden_id", "kundennummer", "kunden_nr", "kd_nr", "kunde", "nutzer_id", "nutzer", "benutzer",
    "用户id", "用户", "用户编号", "会员id", "会员编号", "客户id", "客户编号", "用戶id",
    # Where nothing else is:
    "email", "customer_email", "email_address", "e_mail_adresse", "邮箱", "billing_email",
    "buyer_email", "email_billing",
)  # fmt: skip

PIECES = (  # how many of an item
    "menge", "bestellmenge", "anzahl", "stückzahl", "stück", "stueckzahl", "quantité", "cantidad",
    "unidades", "quantità", "quantidade", "aantal", "hoeveelheid", "stuks", "数量", "件数",
    "购买数量",
)  # fmt: skip
FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "items": {
        "item_id": ITEM,
        "title": (
            "title", "name", "product_name", "prod_name", "item_name", "product_title",
            "headline", "label", "titel", "bezeichnung", "artikelbezeichnung", "artikelname",
            "produktname", "titre", "intitulé", "título", "titolo", "nom_du_produit",
            "nombre_del_producto", "nome_prodotto", "nome_do_produto", "productnaam", "naam", "nom",
            "nome", "nombre", "标题", "名称", "商品名称", "产品名称", "片名", "タイトル",
        ),
        "image": (
            "image", "picture", "photo", "image_file", "image_path", "image_name", "image_src",
            "image_url", "image_link", "base_image", "main_image", "featured_image",
            "primary_image", "file", "filename", "file_name", "img", "poster",
            "thumbnail", "cover", "images", "pictures", "photos", "bild", "bilddatei", "foto",
            "bilder", "fotos", "hauptbild", "titelbild", "imagen", "immagine", "imagem",
            "afbeelding", "图片", "图像", "画像", "small_image", "thumbnail_image",
        ),
        "description": (
            "description", "detail_desc", "body_html", "desc", "text", "overview", "summary",
            "details",
            "beschreibung", "produktbeschreibung", "artikelbeschreibung", "kurzbeschreibung",
            "descriptif", "descripción", "descrizione", "descrição", "omschrijving", "beschrijving",
            "opis", "描述", "商品描述", "简介", "説明",
        ),
    },
    "interactions": {
        "item_id": tuple(name for name in ITEM if name != "id"),
        "user": USER,
        # The later ones where users have a column of their own: who has not signed in.
        "session": ("session_id", "session", "visit_id", "visit", "sitzung", "会话id", "会话",
                    "visitor_id", "user_pseudo_id", "anonymous_id", "client_id", "cookie_id",
                    "device_id"),
        "time": (
            "watched_date", "timestamp", "time", "ts", "datetime", "date", "t_dat", "event_time",
            "created_at", "occurred_at", "time_ms", "unix_review_time", "event_timestamp",
            "review_date", "event_date", "order_date", "purchase_date", "zeit", "zeitstempel",
            "zeitpunkt", "date_read", "date_added", "date_rated", "date_watched",
            "start_time", "started_at", "viewed_at", "watched_at", "played_at", "rated_at",
            "ordered_at", "purchased_at", "when",
            "datum", "bestelldatum", "kaufdatum", "datum_uhrzeit", "fecha", "horodatage", "时间",
            "日期", "时间戳", "行为时间", "下单时间",
        ),
        "time_of_day": (),  # known by its values, too: see `time_of_day`
        "time_else": (),  # see `time_else`
        "kind": ("event_type", "kind", "action", "event", "event_name", "type", "behavior",
                 "behaviour", "interaction", "feedback_type", "ereignis", "aktion",
                 "行为", "行为类型", "用户行为", "事件", "事件类型", "动作", "操作", "行為"),
        "value": ("value", "rating", "score", "stars", "overall", "star_rating", "book_rating",
                  "user_rating", "my_rating", "your_rating", "review_score", "quantity", "qty",
                  "item_quantity", "order_item_quantity", "qty_ordered", "quantity_refund",
                  "seconds", "watch_time",
                  "lineitem_quantity", "bewertung", "sterne", "wert", "valor", "valeur", "valore",
                  "waarde", "puntuación", "calificación", "valutazione", "beoordeling",
                  "评分", "打分", *PIECES),
        "event_id": ("event_id",),
        # Not `answer` and `place` alone, which other files say of other things.
        "answer": ("answer_id", "beholder_answer"),
        "place": ("answer_place", "beholder_place"),
        "text": ("text", "review", "review_text", "comment"),
    },
    "users": {
        "user": (*USER, "id"),
        "profiling": (
            "profiling", "consent", "personalisation", "personalization", "einwilligung",
            "zustimmung", "einverständnis", "consentement", "consentimiento", "consentimento",
            "consenso", "toestemming", "profilbildung",
        ),
        "recommend": ("consent_recommend", "recommend"),
        "train": ("consent_train", "train"),
        "measure": ("consent_measure", "measure"),
    },
}  # fmt: skip
# Columns of further pictures: `image_2`, `Photo 3`, `picture_url_4`; and those of whole lists.
NUMBERED = re.compile(
    r"(?:additional|zusatz)?(?:image|picture|photo|img|pic|bild|foto)s?"
    r"(?:url|link|src|file|path|name)?([0-9]{1,3})"
)
MORE_PICTURES = frozenset(
    {
        "images", "pictures", "photos", "gallery", "imagegallery", "additionalimages",
        "additionalimage", "additionalimagelink", "additionalimagelinks", "additionalimageurls",
        "additionalpictures", "moreimages", "otherimages", "variantimage", "bilder",
        "fotos", "zusatzbild", "zusatzbilder", "weiterebilder", "bildergalerie",
    }
)  # fmt: skip
SAYS = ("profiling", "recommend", "train", "measure")  # what users allow: one of these is needed
WHO = ("user", "session")
ONE_PERSON = ", or --user NAME in place of a user where the whole file is of one person"
NAMED_BESIDE = (
    "warning: {column} is not used, and is called as columns of people are: all rows are of the "
    "one whom --user names"
)
NEEDED = {"items": ("item_id",), "interactions": ("item_id", "user"), "users": ("user",)}


def first_match(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the column whose name is the earliest in `names`, however it is spelled."""
    return next(matches(columns, names), None)


def matches(columns: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """Yield the columns that are called so, however it is spelled, by the order of `names`.

    Those with a mark for numbers, `Item #`, come last: beside others it is the place in an order.
    """
    for numbered in (False, True):
        some = [column for column in columns if ("#" in column) == numbered]
        called = {plain(column): column for column in reversed(some)}
        for name in dict.fromkeys(map(plain, names)):
            if name in called:
                yield called[name]


def guess(
    what: str,
    columns: Sequence[str],
    given: Mapping[str, str],
    file: str,
    header: bool = True,
    of_one: bool = False,
) -> dict[str, str]:
    """Return the column of each field of `what` that has one.

    Parameters
    ----------
    what
        `items`, `interactions` or `users`.
    given
        Our names to the file's: `{"item_id": "sku"}`. What the file lacks is not for this file.
    header
        Whether the file names its columns; else they have numbers.
    of_one
        Whether the whole file is of one person, whom no column names.

    Raises
    ------
    DataError
        If fields that cannot be missing are missing.
    """
    fields = FIELDS[what]
    mapping = {
        ours: theirs for ours, theirs in given.items() if theirs in columns and field_of(what, ours)
    }
    taken = set(mapping.values())
    for field, names in fields.items():
        found = first_match([c for c in columns if c not in taken], names)
        if field not in mapping and found is not None:
            mapping[field] = found
            taken.add(found)
    if what == "items":
        mapping |= _more_pictures([c for c in columns if c not in taken], mapping)
        mapping |= guessed(columns, mapping)
    if of_one:
        mapping = {field: column for field, column in mapping.items() if field not in WHO}
    there = {*mapping, *["user"] * (of_one or "session" in mapping)}
    lacks = [field for field in NEEDED[what] if field not in there]
    if lacks:
        personal = ONE_PERSON if what == "interactions" and "user" in lacks else ""
        raise DataError(
            f"{file} has no column that looks like {' or '.join(lacks)}; it has {_some(columns)}",
            remedy=f"say which: {' '.join(f'--map {field}=COLUMN' for field in lacks)}{personal}"
            f"{_nameless(columns, header)}",
            field=lacks[0],
        )
    if what == "users" and not any(field in mapping for field in SAYS):
        raise DataError(
            f"no column of {file} says what people allow; it has {_some(columns)}",
            remedy="say which: --map profiling=COLUMN (or recommend, train, measure, one by one)",
            field="profiling",
        )
    return mapping


def named_beside(columns: Iterable[str], mapping: Mapping[str, str], one: str | None) -> str:
    """Return which column names people in a file of one person, in words; empty: none."""
    free = [name for name in columns if name and name not in mapping.values()]
    found = None if one is None else first_match(free, USER)
    return "" if found is None else NAMED_BESIDE.format(column=found)


def _nameless(columns: Sequence[str], header: bool) -> str:
    """Return what else may be meant where the names of columns look like a row."""
    if not header:
        return f"; columns are numbered from 1 to {len(columns)}"
    row = any(re.fullmatch(r"[\d.,:/ -]+", name) for name in columns)
    return "; if its first line is a row and not names: --no-header" if row else ""


def unused(what: str, columns: Iterable[str], mapping: Mapping[str, str]) -> list[str]:
    """Return the columns of a file that mean nothing here, each once and in order.

    Of items every other column is an attribute, but for one whose name is taken by another.
    """
    meant = set(mapping.values())
    left = [name for name in dict.fromkeys(columns) if name and name not in meant]
    own = attribute_fields(mapping)
    return [name for name in left if name in own] if what == "items" else left


def picture_fields(mapping: Mapping[str, str]) -> list[str]:
    """Return the fields of a mapping that hold pictures, the cover's first: image, image_2, ..."""
    return sorted(filter(IMAGE.fullmatch, mapping), key=lambda field: int(field[6:] or 1))


def field_of(what: str, name: str) -> bool:
    """Whether `--map` may name a field of such a file so; of items, every attribute is one."""
    if name in FIELDS[what]:
        return True
    others = any(name in FIELDS[other] for other in FIELDS) and name not in NUMBERS
    return what == "items" and not others and not meant_by(name)


def meant_by(name: str) -> str:
    """Return the field of items that a name most likely means which is none; empty: none.

    `wieght` is weight, and `picture` is image; `price_old` is an attribute of its own.
    """
    if name in NUMBERS or IMAGE.fullmatch(name):
        return ""
    fields = {known: field for field, names in FIELDS["items"].items() for known in names}
    fields |= {known: known for known in (*FIELDS["items"], *NUMBERS)}
    if name in fields:
        return "" if fields[name] == name else fields[name]
    if any(name.startswith(f"{known}_") for known in fields):
        return ""
    near = difflib.get_close_matches(name, fields, n=1, cutoff=0.83)
    return fields[near[0]] if near else ""


def _more_pictures(columns: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of further pictures: numbered columns by number, then lists."""
    found: list[tuple[int, int, str]] = []
    for place, column in enumerate(columns):
        name = plain(column)
        numbered = NUMBERED.fullmatch(name)
        if numbered:
            found.append((int(numbered[1]), place, column))
        elif name in MORE_PICTURES:
            found.append((1_000, place, column))
    free = (name for i in count(1) if (name := f"image_{i}" if i > 1 else "image") not in mapping)
    return dict(zip(free, (column for _, _, column in sorted(found)), strict=False))


def parse_maps(texts: Sequence[str]) -> dict[str, str]:
    """Return what `--map ours=theirs` says; `ours=` forgets what was told of it before.

    Raises
    ------
    UsageError
        If it is written otherwise, or names two columns for one field.
    """
    found: dict[str, str] = {}
    for text in texts:
        ours, equals, theirs = text.partition("=")
        several = text.split(",")
        if len(several) > 1 and all("=" in part for part in several):
            raise UsageError(
                f"--map {text} says several things",
                remedy=f"repeat the option: --map {' --map '.join(several)}",
            )
        if not (ours and equals):
            raise UsageError(f"--map {text} is not OURS=THEIRS", remedy="--map item_id=sku")
        if found.setdefault(ours, theirs) != theirs:
            raise UsageError(
                f"--map {ours} is said twice: {found[ours]} and {theirs}",
                remedy="where two files have other columns, import one after the other",
            )
    return found


def check_maps(given: Mapping[str, str], columns: Sequence[str]) -> None:
    """Refuse a `--map` that names a column which no file has.

    Raises
    ------
    UsageError
        With the nearest name there is.
    """
    for ours, theirs in given.items():
        if theirs and theirs not in columns:
            near = difflib.get_close_matches(theirs, columns, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {_some(columns)}"
            raise UsageError(f"--map {ours}={theirs}: no file has a column {theirs}", remedy=hint)


def _some(columns: Sequence[str]) -> str:
    shown = ", ".join(columns[:12])
    return shown + ", ..." if len(columns) > 12 else shown
