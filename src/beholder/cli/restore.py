"""`beholder restore`: a workspace out of its backup."""

from __future__ import annotations

from pathlib import Path

import click

from beholder.cli import console, passphrases

FILE = click.Path(path_type=Path)
WITHOUT = (
    "without its keys: nobody is known by their id, and nobody in it can be exported or erased;"
    " their events stay until they are too old. `beholder key add` makes new keys for programs"
)


@click.command("restore")
@click.argument("file", metavar="FILE", type=FILE)
@click.argument("directory", metavar="DIR", type=FILE)
@click.option("--keys", type=FILE, help="The file of keys that was written with FILE.")
@passphrases.OPTION
@click.option("--erasures", type=FILE, help="The ledger of erasures, as it was last.")
@click.option("--no-erasures", is_flag=True, help="Nobody was erased since FILE was made.")
@click.option("--store", metavar="URL", help="An empty PostgreSQL database, or `sqlite`.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    file: Path,
    directory: Path,
    keys: Path | None,
    passphrase_file: Path | None,
    erasures: Path | None,
    no_erasures: bool,
    store: str | None,
    as_json: bool,
) -> None:
    """Make the workspace DIR, an empty or missing folder, of the backup FILE.

    Every checksum is compared before anything is used, and DIR is there as a whole or not at
    all. Whoever was erased after FILE was made must not come back: --erasures names the folder
    reports/erasures as it was last, or a file with all its receipts.
    """
    from beholder.backup.restore import restore

    words = passphrases.given(passphrase_file) if keys else b""
    console.end_tidily()
    with console.progress() as progress:
        done = restore(
            file,
            directory,
            keys=keys,
            passphrase=words,
            store=store,
            erasures=erasures,
            nobody_erased=no_erasures,
            progress=progress,
        )
    if as_json:
        console.as_json(done)
    else:
        rows = ", ".join(f"{n} {name}" for name, n in done.holds.items())
        again = console.counted(done.erased, "people")
        console.echo(f"{done.workspace} is restored: {rows}; {again} erased again")
    if not done.keys:
        console.echo(WITHOUT, err=True)
