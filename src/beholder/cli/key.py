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
@click.option("--scope", "scopes", multiple=True, required=True, help="May be repeated.")
@click.option("--name", default="", help="What the key is for.")
@asking.JSON
def add(folder: Path, scopes: tuple[str, ...], name: str, as_json: bool) -> None:
    """Make a key and print it: only its hash is kept.

    Scopes: recommend, events, catalogue, privacy, metrics, and operator, which includes all.
    """
    key, token = _keys(folder).add(name, scopes)
    if as_json:
        console.as_json({"id": key.id, "scopes": key.scopes, "key": token})
        return
    click.echo(token)
    click.echo(f"key {key.id} may: {', '.join(key.scopes)}; it is not shown again", err=True)


@command.command("list")
@asking.FOLDER
@asking.JSON
def list_(folder: Path, as_json: bool) -> None:
    """List keys, without the keys themselves."""
    rows = [
        (
            key.id,
            key.name,
            ", ".join(key.scopes),
            time.strftime("%Y-%m-%d", time.gmtime(key.created)),
        )
        for key in _keys(folder).all()
    ]
    head = ("key", "name", "scopes", "created")
    console.listed(head, rows, as_json)


@command.command()
@asking.FOLDER
@click.argument("key_id", metavar="KEY")
def revoke(folder: Path, key_id: str) -> None:
    """Take a key away; running servers refuse it at its next use."""
    click.echo(f"key {_keys(folder).revoke(key_id).id} is revoked")


def _keys(folder: Path) -> KeyFile:
    from beholder.service.keys import KeyFile
    from beholder.workspace import Workspace

    return KeyFile(Workspace.open(folder).secrets)
