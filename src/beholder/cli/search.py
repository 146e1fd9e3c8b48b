"""`beholder search`."""

from __future__ import annotations

from pathlib import Path

import click

from beholder.cli import asking


@click.command("search")
@asking.FOLDER
@click.argument("words", nargs=-1)
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="A picture file.")
@asking.K
@asking.JSON
def command(
    folder: Path, words: tuple[str, ...], picture: Path | None, k: int, as_json: bool
) -> None:
    """Search by WORDS, by a picture, or by both."""
    import beholder
    from beholder.encoders.picture_workers import PictureWorkers
    from beholder.errors import UsageError
    from beholder.workspace import Workspace

    vectors = None
    if picture is not None:
        try:
            data = picture.read_bytes()
        except OSError as error:
            raise UsageError(f"{picture} cannot be read: {error.strerror}") from error
        with PictureWorkers(Workspace.open(folder), count=1) as workers:
            vectors = workers.encode(data).vectors
    with beholder.open(folder) as engine:
        asking.show(engine.search(" ".join(words), picture=vectors, k=k), as_json)
