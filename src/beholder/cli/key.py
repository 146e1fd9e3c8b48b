"""`beholder key`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import asking, console

if TYPE_CHECKING:
    from beholder.service.keys import KeyFile


@click.group("key")
def command() -> None:
    """Add, list or revoke keys for the service."""


@command.command()
@asking.FOLDER
@click.option("--scope", "scopes", multiple=True, help="May be repeated.")
@click.option("--publishable", is_flag=True, help="A key that may stand in web pages.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Whose pages a publishable key works for, such as https://shop.example. May be repeated.",
)
@click.option("--name", default="", help="What the key is for.")
@asking.JSON
def add(
    folder: Path,
    scopes: tuple[str, ...],
    publishable: bool,
    origins: tuple[str, ...],
    name: str,
    as_json: bool,
) -> None:
    """Make a key and print it: only its hash is kept.

    Scopes: recommend, events, catalogue, privacy, metrics, and operator, which includes all.

    A publishable key has origins instead. It may be read by everybody, and does nothing but
    recommend to visitors of those pages and record what they do.
    """
    if publishable:
        _publish(folder, scopes, origins, name, as_json)
        return
    if origins:
        raise click.UsageError("--origin is for --publishable")
    key, token = _keys(folder).add(name, scopes)
    if as_json:
        console.as_json({"id": key.id, "scopes": key.scopes, "key": token})
        return
    console.echo(token)
    console.echo(f"key {key.id} may: {', '.join(key.scopes)}; it is not shown again", err=True)


@command.command("list")
@asking.FOLDER
@asking.JSON
def list_(folder: Path, as_json: bool) -> None:
    """List keys; of those that are not publishable, without the keys themselves."""
    rows = [
        (
            key.id,
            key.name,
            ", ".join(key.scopes),
            time.strftime("%Y-%m-%d", time.gmtime(key.created)),
            ", ".join(key.origins),
            key.public,
        )
        for key in _keys(folder).all()
    ]
    head = ("key", "name", "scopes", "created", "origins", "publishable")
    console.listed(head, rows, as_json)


@command.command()
@asking.FOLDER
@click.argument("key_id", metavar="KEY")
def revoke(folder: Path, key_id: str) -> None:
    """Take a key away; running servers refuse it at its next use."""
    console.echo(f"key {_keys(folder).revoke(key_id).id} is revoked")


def _publish(
    folder: Path, scopes: tuple[str, ...], origins: tuple[str, ...], name: str, as_json: bool
) -> None:
    if scopes:
        raise click.UsageError("a publishable key has no scopes")
    key = _keys(folder).publish(name, origins)
    if as_json:
        console.as_json({"id": key.id, "origins": key.origins, "key": key.public})
        return
    console.echo(key.public)
    console.echo(f"key {key.id} works for pages of: {', '.join(key.origins)}", err=True)
    for origin in _in_clear(key.origins):
        open_to = "others on the way can read and change it"
        console.echo(f"{origin} is not encrypted: {open_to}", err=True)


def _in_clear(origins: tuple[str, ...]) -> list[str]:
    """Return the origins that are reached over a network without TLS."""
    from urllib.parse import urlsplit

    from beholder.service.door import is_loopback

    plain = [origin for origin in origins if origin.startswith("http://")]
    return [origin for origin in plain if not is_loopback(urlsplit(origin).hostname or "")]


def _keys(folder: Path) -> KeyFile:
    from beholder.service.keys import KeyFile
    from beholder.workspace import Workspace

    return KeyFile(Workspace.open(folder).secrets)
