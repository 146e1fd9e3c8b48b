"""The words on the pages, by language."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh-Hans")
_FOLDER = Path(__file__).parent / "words"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all words of one of `LANGUAGES`, by key."""
    text = (_FOLDER / f"{language}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words


class Words:
    """The words of one language: `words("because", title="Blue vase")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.all = catalogue(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return the words for a key, its `{places}` filled."""
        text = self.all[key]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def count(self, key: str, n: int) -> str:
        """Return the form for this number; Chinese has one form, English two."""
        return self(f"{key}_one" if n == 1 else f"{key}_other", n=n)

    def title(self, item: dict[str, object]) -> str:
        """Return an item's title, in this language where the catalogue has one."""
        attributes = item.get("attributes")
        if isinstance(attributes, dict):
            for name in (f"title_{self.language}", f"title_{self.language[:2]}"):
                if attributes.get(name):
                    return str(attributes[name])
        return str(item.get("title") or item.get("id") or "")


def choose_language(asked: str | None, cookie: str | None, accept: str | None) -> str:
    """Return the language of a page: what the address asks for, the cookie, the browser.

    Parameters
    ----------
    asked, cookie
        The value of `?lang=` and of the cookie `lang`; unknown ones are passed over.
    accept
        The header `Accept-Language`.
    """
    for wish in (asked, cookie):
        found = _known(wish or "")
        if found:
            return found
    wishes = []
    for place, part in enumerate((accept or "").split(",")):
        tag, _, quality = part.strip().partition(";q=")
        wishes.append((-_number(quality), place, tag))
    for _, _, tag in sorted(wishes):
        found = _known(tag)
        if found:
            return found
    return LANGUAGES[0]


def _known(tag: str) -> str:
    tag = tag.strip().lower()
    if tag.split("-")[0] == "zh":
        return "zh-Hans"
    return "en" if tag.split("-")[0] == "en" else ""


def _number(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
