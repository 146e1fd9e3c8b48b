"""The words of a filter: names, texts, numbers, marks; and the error that points at one."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from beholder.errors import FilterError

LONGEST = 2048  # characters of a filter
LONGEST_SHOWN = 40  # characters of a name or text in an error
AROUND = 24  # characters shown on each side of a fault

Kind = Literal["name", "text", "number", "mark", "word", "end"]
WORDS = frozenset({"and", "or", "not", "in", "exists", "true", "false"})
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    |(?P<name>`(?:[^`]|``)+`)
    |(?P<bare>[^\W\d]\w*)
    |(?P<mark><=|>=|!=|[=<>(),])""",
    re.VERBOSE | re.ASCII,
)
# ASCII above keeps digits to 0-9; a bare name may have the letters of any script.
_BARE = re.compile(r"[^\W\d]\w*")


class Token(NamedTuple):
    """One word of a filter.

    Attributes
    ----------
    text
        A name or a text without its quotes, a word in lower case, a number or mark as written.
    at, end
        Where it stands in the filter, from 0.
    """

    kind: Kind
    text: str
    at: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """Return the words of a filter; the last one is its end.

    Raises
    ------
    FilterError
        If it is too long, or has a character that begins no word.
    """
    if len(text) > LONGEST:
        raise FilterError(
            f"a filter has at most {LONGEST:,} characters, this one has {len(text):,}",
            remedy="say it in fewer words, or use a standing rule",
            field="filter",
        )
    found, at = [], 0
    while at < len(text):
        token, at = _next(text, at)
        if token is not None:
            found.append(token)
    return [*found, Token("end", "", len(text), len(text))]


def _next(text: str, at: int) -> tuple[Token | None, int]:
    match = _TOKEN.match(text, at)
    if match is None or match.lastgroup == "bare":
        match = _BARE.match(text, at)
        if match is None:
            raise _no_word(text, at)
        word = match.group()
        known = word.lower() in WORDS
        token = Token("word" if known else "name", word.lower() if known else word, at, match.end())
    elif match.lastgroup == "space":
        return None, match.end()
    else:
        token = Token(_kind(match), _plain(match.group()), at, match.end())
    return token, token.end


def _kind(match: re.Match[str]) -> Kind:
    groups: dict[str | None, Kind] = {"number": "number", "text": "text", "name": "name"}
    return groups.get(match.lastgroup, "mark")


def _plain(word: str) -> str:
    quote = word[0]
    return word[1:-1].replace(quote * 2, quote) if quote in "'\"`" else word


def _no_word(text: str, at: int) -> FilterError:
    if text[at] in "'\"`":
        return fault(text, at, f"expected a closing {text[at]}, found the end of the filter")
    remedy = "a name with other characters stands in backquotes, a text in quotes"
    return fault(text, at, f"found {clean(text[at])}, which begins no word", remedy)


def clean(text: str) -> str:
    """Return the text on one line, whatever it has in it."""
    return "".join(c if c.isprintable() else "·" for c in text)


def shown(text: str) -> str:
    """Return the text on one line, cut where it is long."""
    return clean(text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "...")


def fault(
    text: str, at: int, what: str, remedy: str = "docs/rules.md has the language"
) -> FilterError:
    """Return the error that says what is wrong at a place of the filter, and shows the place."""
    before, after = text[max(at - AROUND, 0) : at], text[at : at + AROUND]
    left = "..." if at > AROUND else ""
    right = "..." if at + AROUND < len(text) else ""
    return FilterError(
        f"{what}, at column {at + 1} (at the ^): {left}{clean(before)}^{clean(after)}{right}",
        remedy=remedy,
        field="filter",
        column=at + 1,
    )
