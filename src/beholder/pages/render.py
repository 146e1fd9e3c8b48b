"""Pages from data: every function takes what the service would answer and returns HTML.

Pages work without scripts (links and forms); the modules in `static/` make them quick. All
data goes through autoescaping, and no page holds a script or a style of its own, so that
`CONTENT_SECURITY_POLICY` can be as strict as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from beholder import sold_out
from beholder.pages import assets, attributes, narrowing
from beholder.pages.asked import Asked
from beholder.pages.look import Look
from beholder.pages.narrowing import Labelled
from beholder.pages.own import Own
from beholder.pages.words import Words

if TYPE_CHECKING:
    from jinja2 import Environment

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self' blob:; connect-src 'self'; style-src 'self'; "
    "script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
THEMES = ("auto", "light", "dark")
_MOST_SHARES = 5
_SUMMARY = 200  # letters that other sites show of a page
_INDEXED = ("feed", "item")  # what others may find by a search engine
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def render_feed(
    look: Look,
    answer: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]] = (),
    *,
    empty: bool = False,
    asked: Mapping[str, str] | None = None,
) -> str:
    """Return the front page.

    Parameters
    ----------
    answer
        What `GET /v1/recommendations` gives: level, items, next. `mine`, where what was seen comes
        again, maps items to what the visitor said of them, as in `render_item`.
    rows
        What `GET /v1/rows/{name}` gives, in order; those without items are left out.
    empty
        Whether the catalogue has nothing to show to anybody. Else an answer without items is that
        of somebody who has seen everything or, where that comes again, said no to all of it.
    asked
        What was asked for: the cursor as `page`, and `repeat` for what was seen already; what is
        empty was not.
    """
    kept = {name: value for name, value in (asked or {}).items() if value}
    again = {name: value for name, value in kept.items() if name == "repeat"}
    level = str(answer.get("level", ""))
    words = Words(look.language)
    return _page(
        "feed.html",
        look,
        kind="feed",
        path="/",
        cards=_cards(look, _placed(answer), level, answer.get("variants")),
        cold=level == "popular",
        nothing="empty" if empty else "all_refused" if again else "all_seen",
        again="" if again else "/?repeat=allow",
        rows=[
            {
                "title": words(row["title"]),
                "name": row["row"],
                "cards": _cards(look, items, "", row.get("variants")),
            }
            for row in rows
            if (items := row["items"])
        ],
        more=_next_page("/", answer, **again),
        mine=_json(answer["mine"]) if "mine" in answer else "",
        answer=str(answer.get("answer", "")),
        level=level,
        asked=kept,
    )


def render_search(
    look: Look,
    answer: Mapping[str, Any] | None = None,
    asked: Asked | None = None,
    *,
    facets: Sequence[Mapping[str, Any]] = (),
    labels: Labelled | None = None,
    without: Sequence[tuple[Asked, int]] = (),
    mine: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """Return the results of a search, or the empty search page where there is no answer.

    Parameters
    ----------
    answer
        What `POST /v1/search` gives: the items from a `place` on, of `total` ones, and the
        `furthest` place that can be asked for.
    asked
        What was asked for; nothing after a search by picture without scripts.
    facets
        By what it can be narrowed, as `POST /v1/search` says.
    labels
        What values that were chosen are called in other languages, by attribute and value.
    without
        Where nothing was found: the same search without one of its parts, and how many items
        that would find.
    mine
        What the visitor said of items, by id, as in `render_item`: of those that come later, too.
    """
    found = answer or {}
    asked = Asked() if asked is None else asked
    items, place = found.get("items", []), found.get("place", 0)
    behind = place + len(items)
    total = found.get("total") or behind
    left = bool(items) and behind < total
    furthest = found.get("furthest")
    reached = furthest is not None and behind > furthest
    more = asked.at(behind).address if left and not reached else ""
    words, labels = Words(look.language), labels or {}
    return _page(
        "search.html",
        look,
        kind="search",
        path="/search",
        cards=_cards(look, items, "search", found.get("variants")),
        searched=answer is not None,
        query=asked.words,
        heading=narrowing.heading(look, asked, labels),
        asked=dict(asked.at(place).pairs),
        asked_pairs=asked.at(place).pairs,
        kept_pairs=asked.saying(picture=asked.picture).pairs,
        parts=narrowing.parts(look, asked, labels),
        without_picture=asked.saying(asked.words).results,
        facets=narrowing.facets(look, asked, facets),
        without=[
            {
                "address": other.results,
                "what": narrowing.left_out(look, asked, other, labels),
                "count": words.count("results", n),
            }
            for other, n in without
        ],
        n_found=total,
        n_unavailable=found.get("unavailable", 0),
        mine=_json(mine) if mine and (more or asked.picture) else "",
        more=more,
        too_many=left and reached,
        search=_json(
            {
                "words": asked.words,
                "choices": asked.choices,
                "place": behind,
                "furthest": furthest,
            }
        ),
    )


def render_saved(look: Look, items: Sequence[Mapping[str, Any]]) -> str:
    """Return what the visitor saved, newest first; items may say `mine` as in `render_item`."""
    cards = _cards(look, items, "saved")
    return _page("saved.html", look, kind="saved", path="/saved", cards=cards)


def render_me(look: Look, own: Own) -> str:
    """Return the page on which visitors see to what is held of them."""
    return _page("me.html", look, kind="me", path="/me", own=own)


def render_erased(look: Look, receipts: Sequence[Mapping[str, Any]]) -> str:
    """Return the page that proves an erasure."""
    return _page("erased.html", look, kind="erased", path="/", receipts=receipts)


def render_item(
    look: Look,
    item: Mapping[str, Any],
    similar: Sequence[Mapping[str, Any]] = (),
    explanation: Mapping[str, Any] | None = None,
    place: int = 1,
) -> str:
    """Return the page of one item.

    Parameters
    ----------
    item
        What `GET /v1/items/{id}` gives; all its `pictures` are shown. `mine`, where the service
        knows it, maps a kind that the visitor did to its event id: `{"like": "..."}`.
    similar
        The items of `GET /v1/items/{id}/similar`.
    explanation
        What `GET /v1/explain` gives, or None.
    place
        Which of the pictures stands in the large place, from 1: for browsers without scripts.
    """
    words = Words(look.language)
    card = _cards(look, [item], "")[0]
    description = _description(item)
    strip = _strip(words, item, card["title"], place)
    return _page(
        "item.html",
        look,
        kind="item",
        path=f"/item/{quote(str(item['id']), safe='')}",
        card=card,
        large=next((each for each in strip if each["large"]), card),
        strip=strip if len(strip) > 1 else [],
        description=description,
        preview=_preview(look, card, description),
        swatches=_swatches(look, item),
        chips_of_item=[
            {
                "label": chip["label"],
                "address": Asked().toggled(chip["name"], chip["value"]).results,
            }
            for chip in attributes.chips(item.get("attributes") or {}, look.language)
        ],
        related=_cards(look, similar, ""),
        why=_why(words, explanation),
    )


def render_problem(look: Look, status: int, detail: str = "", request_id: str = "") -> str:
    """Return a page that says what went wrong."""
    return _page(
        "problem.html",
        look,
        kind="problem",
        path="/",
        heading={404: "not_found", 410: "gone"}.get(status, "problem"),
        status=status,
        detail=detail,
        request_id=request_id,
    )


@cache
def _environment() -> Environment:
    # Imported at the first page: a server starts sooner.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = assets.url
    environment.filters["segment"] = lambda text: quote(str(text), safe="")
    return environment


def warm() -> None:
    """Read all templates, so that the first page takes no longer than the others."""
    environment = _environment()
    for name in environment.list_templates():
        environment.get_template(name)


def _page(template: str, look: Look, **values: Any) -> str:
    words = Words(look.language)
    dark = look.theme == "dark"
    other = "en" if look.language != "en" else "zh-Hans"
    values.setdefault("query", "")
    values.setdefault("preview", None)
    # Of the address: links and forms come back to it.
    pairs = values.setdefault("asked_pairs", list(values.setdefault("asked", {}).items()))
    values.setdefault("kept_pairs", [])

    def here(**more: str) -> str:
        told = [*pairs, *more.items()]
        return f"{values['path']}?{urlencode(told)}" if told else str(values["path"])

    values.update(
        back=here(),
        canonical=look.site + look.root + quote(values["path"], safe="/%") if look.site else "",
        indexed=values["kind"] in _INDEXED,
        locale={"en": "en_US"}.get(look.language, "zh_CN"),
        chips=[] if values["kind"] == "search" else narrowing.chips(look),
        look=look,
        words=words,
        words_json=_json(words.all),
        shown_json=_json(look.shown),
        sold_json=_json(sorted(sold_out.PLAIN)),
        other_language=here(lang=other),
        other_theme=here(theme="light" if dark else "dark"),
    )
    return _environment().get_template(template).render(**values)


def _cards(
    look: Look,
    items: Sequence[Mapping[str, Any]],
    level: str,
    variants: Mapping[str, int] | None = None,
) -> list[dict[str, Any]]:
    """Return what the template of a card needs; `json` is the item for the modules."""
    words, cards = Words(look.language), []
    for item in items:
        picture = item.get("picture")
        colour = str((picture or {}).get("colour") or "")
        cards.append(
            {
                "id": str(item["id"]),
                "title": words.title(dict(item)),
                "picture": picture,
                "colour": colour if _COLOUR.fullmatch(colour) else "",
                "reason": _reason(words, item, level, look.refused),
                "price": attributes.price(
                    item.get("attributes") or {}, look.currency, cents=look.cents
                ),
                "told": attributes.told(item.get("attributes") or {}, look.shown, look.language),
                "sold_out": attributes.sold_out(item.get("attributes") or {}),
                "more": words.count("variants", n)
                if (n := (variants or {}).get(item["id"], 0))
                else "",
                "tint": attributes.tint(str(item["id"])),
                "mine": item.get("mine") or {},
                "answer": str(item.get("answer") or ""),
                "place": int(item.get("place") or 0),
                "json": _json({**item, "others": n} if n else item),
            }
        )
    return cards


def _placed(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items of an answer, each with its id and its own place: events name both."""
    first, told = int(answer.get("place") or 0), {"answer": str(answer.get("answer", ""))}
    return [{**item, **told, "place": i} for i, item in enumerate(answer["items"], first)]


def _strip(words: Words, item: Mapping[str, Any], title: str, place: int) -> list[dict[str, Any]]:
    """Return the pictures of an item that can be shown; exactly one of them is `large`."""
    shown = [picture for picture in item.get("pictures") or [] if picture.get("src")]
    if not 1 <= place <= len(shown):
        place = 1
    return [
        {
            "picture": picture,
            "title": words("picture_of", title=title, n=n, all=len(shown)) if n > 1 else title,
            "label": words("picture_n", n=n, all=len(shown)),
            "large": n == place,
        }
        for n, picture in enumerate(shown, 1)
    ]


def _preview(look: Look, card: Mapping[str, Any], description: str) -> dict[str, Any]:
    """Return what other sites show of a link to an item: absolute addresses, or no picture."""
    parts = [card["price"], card["told"], description]
    said = " · ".join(part for part in parts if part)
    picture = card["picture"] if look.site else None
    return {
        "title": card["title"],
        "description": said if len(said) <= _SUMMARY else said[: _SUMMARY - 1].rstrip() + "…",
        "picture": {**picture, "src": look.site + picture["src"]} if picture else None,
    }


def _swatches(look: Look, item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the variants of an item's product, each called what it alone is.

    Words stand under pictures that do not tell all variants apart.
    """
    variants = item.get("variants") or []
    called = attributes.differing(variants)
    pictures = {(each.get("picture") or {}).get("src") for each in variants}
    worded = len(pictures) < len(variants) or not {*called} <= {*attributes.SEEN}
    return [
        {
            **card,
            "label": attributes.told(each["attributes"], called, look.language) or card["title"],
            "worded": worded or not card["picture"],
            "current": card["id"] == str(item["id"]),
        }
        for card, each in zip(_cards(look, variants, ""), variants, strict=True)
    ]


def _reason(words: Words, item: Mapping[str, Any], level: str, refused: bool) -> str:
    """Return the one line under a picture that says why it is there."""
    reason = item.get("reason") or {}
    because = reason.get("because") or []
    kind = reason.get("kind")
    if kind == "liked" and because:
        other = next((each for each in because if each["id"] != item["id"]), None)
        return _because(words, other) if other else words("reason_itself")
    if kind in ("new", "explore", "taste"):
        return words(f"reason_{kind}")
    if level == "search":
        return words("reason_search")
    if level == "popular":
        return words("row_popular" if refused else "reason_cold")
    return words("reason_popular") if kind == "popular" else ""


def _because(words: Words, other: dict[str, Any]) -> str:
    """Return the line that names an item of the history by what was done with it."""
    key = f"because_{other.get('did', '')}"
    return words(key if key in words.all else "because", title=words.title(other))


def _why(words: Words, explanation: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return rows for the bars, largest first: each a share of all that speaks for or against."""
    if explanation is None:
        return None
    shares = sorted(explanation["shares"], key=lambda share: -abs(share["share"]))
    base = float(explanation.get("base", 0.0))
    ruled = sum(rule["value"] for rule in explanation.get("rules", ()))
    ranker = float(explanation.get("ranker", 0.0))
    value = float(explanation.get("value", 0.0))
    added = abs(base) + abs(ruled) + abs(ranker) + abs(value)
    whole = sum(abs(share["share"]) for share in shares) + added or 1.0
    rows = [
        _bar(
            words,
            _named(words, share, str(explanation["item"])),
            share["share"] / whole,
            str(share["id"]),
            share.get("picture"),
        )
        for share in shares[:_MOST_SHARES]
    ]
    speaks = any(row["percent"] > 0 for row in rows)
    rest = shares[_MOST_SHARES:]
    if rest:
        part = sum(share["share"] for share in rest) / whole
        rows.append(_bar(words, words.count("why_rest", len(rest)), part))
    if ruled:
        rows.append(_bar(words, words("why_rules"), ruled / whole))
    if ranker:
        rows.append(_bar(words, words("why_ranker"), ranker / whole))
    if value:
        rows.append(_bar(words, words("why_value"), value / whole))
    if base and rows:
        rows.append(_bar(words, words("why_base"), base / whole))
    stranger = explanation.get("level") == "popular" and not shares
    return {
        "rows": [row for row in rows if row["percent"]],
        "intro": "why_intro" if speaks else "why_nothing" if stranger else "why_apart",
        "exact": bool(explanation.get("exact", True)),
    }


def _named(words: Words, share: dict[str, Any], explained: str) -> str:
    """Return what a bar calls an item of the history."""
    if share["id"] == explained:
        return words("why_itself")
    title = words.title(share) or words("why_gone")
    return words("why_disliked", title=title) if share.get("disliked") else title


def _bar(
    words: Words, label: str, part: float, item_id: str = "", picture: Any = None
) -> dict[str, Any]:
    percent = round(100 * part)
    text = f"{percent} %" if percent >= 0 else f"−{-percent} %"
    return {
        "label": words("why_against", what=label) if percent < 0 else label,
        "thumb": _thumb(picture),
        "id": item_id,
        "percent": percent,
        "text": text,
    }


def _thumb(picture: Any) -> str:
    """Return the address of a small picture; the service may give an object or an address."""
    if isinstance(picture, Mapping):
        return str(picture.get("src", ""))
    return str(picture or "")


def _description(item: Mapping[str, Any]) -> str:
    return str((item.get("attributes") or {}).get("description") or "")


def _next_page(path: str, answer: Mapping[str, Any], **query: str) -> str:
    """Return the address of the next page for browsers without scripts, or nothing."""
    cursor = answer.get("next")
    if not cursor:
        return ""
    return f"{path}?{urlencode({**{k: v for k, v in query.items() if v}, 'page': cursor})}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
