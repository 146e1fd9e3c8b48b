"""Joins small modules into one file, so that a page loads one.

The modules are written for browsers as they are: one idea a file, imported by name. Joining
wraps each in a function that returns its exports, in the order in which they need each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import \{ ([^}]+) \} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_TOLD = re.compile(r"^/\*\*.*?\*/\n", re.MULTILINE | re.DOTALL)  # what a function is for
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


def join(sources: Mapping[str, str], entry: str) -> str:
    """Return one module that does what `entry` does.

    Parameters
    ----------
    sources
        The text of each module by name, without `.js`.
    entry
        The name of the module that a page would load.

    Raises
    ------
    ValueError
        If modules import each other in a circle, one is missing, or one uses a form of
        import or export other than `import { a, b as c } from "./name.js";` on one line and
        `export function`, `class` or `const`.
    """
    order: list[str] = []
    _visit(sources, entry, order, ())
    return "".join(_wrap(name, sources[name]) for name in order)


def alone(script: str) -> str:
    """Return a joined script for pages of others: small, and no name of it is one of theirs."""
    return f'(() => {{\n"use strict";\n{_TOLD.sub("", script)}}})();\n'


def _visit(sources: Mapping[str, str], name: str, order: list[str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"modules import each other: {' > '.join((*above, name))}")
    if name not in sources:
        raise ValueError(f"{above[-1] if above else 'a page'} imports {name}.js, which is missing")
    if name in order:
        return
    for _, needed in _IMPORT.findall(sources[name]):
        _visit(sources, needed, order, (*above, name))
    order.append(name)


def _wrap(name: str, source: str) -> str:
    exported = _EXPORT.findall(source)
    body = _EXPORT.sub("", _IMPORT.sub(_take, source))
    left = _LEFT.search(body)
    if left:
        raise ValueError(f"{name}.js: cannot join {left.group()!r}")
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();\n"


def _take(match: re.Match[str]) -> str:
    names = ", ".join(part.strip().replace(" as ", ": ") for part in match.group(1).split(","))
    return f"const {{ {names} }} = ${match.group(2)};\n"
