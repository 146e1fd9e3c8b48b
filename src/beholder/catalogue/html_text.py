"""The words of a text that is HTML, as exports of shops write descriptions."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

# Elements of HTML, those of its past too: what has another name between `<` and `>` is text.
IN_A_LINE = (
    "a abbr acronym b bdi bdo big button cite code data del dfn em font i ins kbd label mark q s "
    "samp small span strike strong sub sup time tt u var wbr"
)
OF_A_LINE_OF_ITS_OWN = (
    "address area article aside audio base blockquote body br caption center col colgroup dd "
    "details dialog dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 "
    "h2 h3 h4 h5 h6 head header hgroup hr html iframe img input legend li link main map menu meta "
    "nav noscript object ol optgroup option p param picture pre script section select source "
    "style summary svg table tbody td template textarea tfoot th thead title tr track ul video"
)
INSIDE, BLOCKS = frozenset(IN_A_LINE.split()), frozenset(OF_A_LINE_OF_ITS_OWN.split())
# Attributes that stand without a value; `<b and c>` has none of them, and is text.
ALONE = (
    "allowfullscreen|async|autoplay|checked|compact|controls|default|defer|disabled|hidden|ismap|"
    "itemscope|loop|multiple|muted|noshade|nowrap|open|playsinline|readonly|required|reversed|"
    "selected|[a-z]++-[-\\w]*+"
)
# None goes beyond the next `<` and none looks back, so that reading takes as long as the text.
TAG = re.compile(
    r"<(/?)([a-z][a-z0-9]*+)"
    r"(?:\s*+(?:[a-z_:@][-\w:.]*+\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'|[^\s\"'<>=`]++)"
    rf"|(?:{ALONE})(?=[\s/>])))*+\s*+/?\s*+>",
    re.IGNORECASE,
)
OF_WORD = re.compile(r"</?(?:[mouvwx]|st[0-9]|u[0-9]):[a-z][-\w]*+[^<>]*+>", re.IGNORECASE)
# `<!DOCTYPE html>`, `<?xml ...?>`, `<![if ...]>`, and the marks around what is kept as it is.
MARK = re.compile(r"<!doctype\s[^<>]*+>|<\?[a-z][^<>]*+>|<!\[(?:CDATA\[|[^<>]*+>)", re.IGNORECASE)
ENTITY = re.compile(r"&(?:[a-z][a-z0-9]{1,31}|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
UNREAD = {tag: re.compile(rf"</{tag}\s*+>", re.IGNORECASE) for tag in ("script", "style")}
# A line break in two letters, as exports of shops write it; and paths and formulas, which have such
# letters too: `C:\new\name`, `\neq`.
BREAK = re.compile(r"(?<!\\)(?:\\r)?\\n")
WORD_BEHIND = re.compile(r"\\n[a-z]")
DRIVE, OTHER_ESCAPE = re.compile(r"\b[A-Za-z]:\\"), re.compile(r"\\(?![nrt\"',])")
LONGEST = 1_000_000  # letters


def without_tags(text: str) -> str:
    """Return the words of a text, a line for each block; itself where it is no HTML.

    What was escaped as a whole, `&lt;p&gt;`, is read as what it says.
    """
    if len(text) > LONGEST or ("<" not in text and "&" not in text):
        return text
    read = _words(text)
    if read is not None:
        return read
    told = _unescaped(text)
    return told if told == text or "</" not in told else _words(told) or told


def with_lines(text: str) -> str:
    """Return a text with the line breaks that it writes as a backslash and an n.

    One alone is none, and neither are those of a path or a formula.
    """
    if "\\n" not in text or len(text) > LONGEST:
        return text
    n = len(BREAK.findall(text))
    few = n < 2 or n == len(WORD_BEHIND.findall(text)) or not re.search(r"\s", text)
    if few or DRIVE.search(text) or OTHER_ESCAPE.search(text):
        return text
    lines = (line.strip() for line in BREAK.sub("\n", text).split("\n"))
    return "\n".join(line for line in lines if line)


def _words(text: str) -> str | None:
    """Return the words of HTML; None: it has no tag."""
    parts, tagged = [], False
    for part in _parts(text):
        tagged |= part is None or part == "\n"
        parts.append(part or "")
    if not tagged:
        return None
    lines = (" ".join(_unescaped(line).split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _parts(text: str) -> Iterator[str | None]:
    """Yield what stands between tags, the end of a line for each block, None for other tags."""
    at, began = 0, 0
    closes = dict.fromkeys((*UNREAD, "<!--"), True)  # false: it comes no more
    while (at := text.find("<", at)) >= 0:
        found, ends = "", at
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4) if closes["<!--"] else -1
            closes["<!--"] = end >= 0
            ends = at + 4 if end < 0 else end + 3
        elif token := MARK.match(text, at) or OF_WORD.match(text, at):
            ends = token.end()
        elif token := TAG.match(text, at):
            name = token[2].lower()
            if name in UNREAD and not token[1]:
                close = UNREAD[name].search(text, token.end()) if closes[name] else None
                closes[name] = close is not None
                ends = at if close is None else close.end()
            elif name in INSIDE or name in BLOCKS:
                ends = token.end()
            found = "\n" if name in BLOCKS else ""
        if ends == at:
            at += 1
            continue
        yield _in_one_line(text[began:at])
        yield found or None
        at = began = ends
    yield _in_one_line(text[began:])


def _in_one_line(text: str) -> str:
    """Return what stands between tags, where a line ends at a backslash and an n alone."""
    line = text.replace("\n", " ").replace("]]>", " ")
    return line if "\\n" not in line or DRIVE.search(line) else BREAK.sub("\n", line)


def _unescaped(text: str) -> str:
    """Return a text with its entities read, of which each ends with `;`."""
    return ENTITY.sub(lambda entity: html.unescape(entity[0]), text).replace("\xa0", " ")
