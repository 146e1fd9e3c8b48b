"""A value written into `beholder.toml`, its comments and all other lines as they are."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from beholder.durable import write_file
from beholder.errors import SettingsError


def given(path: Path, section: str, key: str) -> bool:
    """Whether a settings file has a value for a key, rather than its default in a comment."""
    told = tomllib.loads(path.read_text(encoding="utf-8")).get(section)
    return isinstance(told, dict) and key in told


def write_line(path: Path, section: str, key: str, value: float | bool | str, comment: str) -> None:
    """Give a key that has none a value.

    Raises
    ------
    SettingsError
        If the file would not be what it says any more.
    """
    text = path.read_text(encoding="utf-8")
    told = f"{value:g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
    line = f"{key} = {told}   # {comment}"
    default = re.compile(rf"^# *{re.escape(key)} *=.*$", re.MULTILINE)
    header = re.compile(rf"^\[{re.escape(section)}\].*$", re.MULTILINE)
    if default.search(text):
        found = default.sub(lambda _: line, text, count=1)
    elif header.search(text):
        found = header.sub(lambda match: f"{match[0]}\n{line}", text, count=1)
    else:
        found = f"{text.rstrip()}\n\n[{section}]\n{line}\n"
    if _value(found, section, key) != value:
        raise SettingsError(
            f"{path.name}: there is no place for {key} in [{section}]",
            remedy=f"write {key} = {told} into [{section}] yourself",
        )
    write_file(path, found.encode())


def replace_value(path: Path, section: str, key: str, value: str | list[str]) -> None:
    """Give a key of a section another text, or texts, whether it has one or not.

    Raises
    ------
    SettingsError
        If the file would not say so then.
    """
    text = path.read_text(encoding="utf-8")
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    header = re.compile(rf"^\[{re.escape(section)}\][^\n]*\n?", re.MULTILINE)
    place = header.search(text)
    if place is None:
        found = f"{text.rstrip()}\n\n[{section}]\n{line}\n"
    else:
        head, rest = text[: place.end()].rstrip("\n"), text[place.end() :]
        after = re.search(r"^\[", rest, re.MULTILINE)
        end = after.start() if after else len(rest)
        own = re.sub(rf"^{re.escape(key)} *=.*\n?", "", rest[:end], flags=re.MULTILINE)
        found = f"{head}\n{line}\n{own}{rest[end:]}"
    if _value(found, section, key) != value:
        raise SettingsError(
            f"{path.name}: there is no place for {key} in [{section}]",
            remedy=f"write {section}.{key} as `{key} = ...` below a line [{section}]",
        )
    write_file(path, found.encode(), mode=path.stat().st_mode & 0o777)


def _value(text: str, section: str, key: str) -> object:
    try:
        told = tomllib.loads(text).get(section)
    except tomllib.TOMLDecodeError:
        return None
    return told.get(key) if isinstance(told, dict) else None
