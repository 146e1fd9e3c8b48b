"""`beholder backup`: a workspace in one file, its keys, sealed, in another."""

from __future__ import annotations

from pathlib import Path

import click

from beholder.cli import console, passphrases

FILE = click.Path(path_type=Path)
WITHOUT = (
    "without its keys: restored alone it recommends as before, but knows nobody by their id,"
    " and nobody in it can be exported or erased; encrypted events it cannot restore at all; --keys"
    " backs them up"
)


@click.command("backup")
@click.argument("directory", metavar="DIR", type=FILE)
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--keys", type=FILE, help="A second file, for the keys; keep it somewhere else.")
@passphrases.OPTION
@console.FORCE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    directory: Path,
    file: Path,
    keys: Path | None,
    passphrase_file: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write the workspace DIR into FILE, while servers and everything else go on.

    FILE is a tar with settings, items, events, pictures, vectors, bundles and reports. With
    --keys a second file holds who is who and all other secrets, sealed under a passphrase of at
    least 12 characters, which comes from --passphrase-file or BEHOLDER_PASSPHRASE.
    """
    from beholder.backup.take import back_up
    from beholder.workspace import Workspace

    words = passphrases.new(passphrase_file) if keys else b""
    console.end_tidily()
    with console.progress() as progress:
        taken = back_up(
            Workspace.open(directory),
            file,
            keys=keys,
            passphrase=words,
            force=force,
            progress=progress,
        )
    if as_json:
        console.as_json(taken)
    else:
        size = console.amount(taken.size, "bytes")
        rows = ", ".join(f"{n} {name}" for name, n in taken.holds.items())
        console.echo(f"{taken.file}: {rows}; {taken.files} files, {size}")
        if taken.keys is not None:
            console.echo(f"{taken.keys}: the keys; nobody can open it without the passphrase")
    if taken.keys is None:
        console.echo(WITHOUT, err=True)
