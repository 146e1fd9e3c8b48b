"""`beholder user`: what is held of a person, to take away, erase, or leave unused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import console

if TYPE_CHECKING:
    from beholder.privacy.person_import import Taken
    from beholder.store import Purposes, Who

FOLDER = click.Path(path_type=Path)
SWITCH = click.Choice(["on", "off"])
SESSION = click.option("--session", is_flag=True, help="USER is the id of a session.")


@click.group("user")
def command() -> None:
    """Export or erase what is held about a person; what it may be used for."""


@command.command("export")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("user", metavar="USER")
@click.option("--out", type=FOLDER, help="A file instead of standard output.")
@console.FORCE
@SESSION
def export(directory: Path, user: str, out: Path | None, force: bool, session: bool) -> None:
    """Print everything that is held about USER as JSON Lines."""
    from beholder import named_file
    from beholder.durable import write_file
    from beholder.privacy.export import export_lines
    from beholder.store import Store
    from beholder.workspace import Workspace

    if out is not None:
        named_file.check(out, force, "leave --out away to print it")
    n = 0
    with Store.open(Workspace.open(directory)) as store:
        if out is not None:
            lines = list(export_lines(store, _who(user, session)))
            write_file(out, b"".join(lines), mode=0o600)
            n = len(lines)
        else:
            for line in export_lines(store, _who(user, session)):
                click.echo(line, nl=False)
                n += 1
    if n == 1:  # the line that says what an export is
        console.echo(f"nothing is held of this id; {_otherwise(session)}", err=True)


@command.command("import")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("file", metavar="FILE", type=FOLDER)
@click.option("--strict", is_flag=True, help="Exit with 3 if an event was refused.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def import_(directory: Path, file: Path, strict: bool, as_json: bool) -> int:
    """Take in what `beholder user export` wrote, here or in another workspace.

    Events and what was allowed come back; answers stay out. What is here already stays as it is,
    and so does what somebody who is known here allows. A file is of one person.
    """
    from beholder.errors import UsageError
    from beholder.privacy.person_import import import_lines
    from beholder.store import Store
    from beholder.workspace import Workspace

    workspace = Workspace.open(directory)
    if not file.is_file():
        raise UsageError(f"there is no file {file}", remedy="`beholder user export` writes one")
    with file.open("rb") as lines, Store.open(workspace) as store:
        taken = import_lines(store, lines)
    if as_json:
        console.as_json(taken)
    else:
        _print_taken(taken)
    if taken.unread or (taken.events and taken.refused == taken.events):
        return 1
    return 3 if strict and taken.refused else 0


def _print_taken(taken: Taken) -> None:
    console.table(
        ["people", "events", "added", "same", "refused"],
        [[taken.people, taken.events, taken.stored, taken.same, taken.refused]],
    )
    for what, n in taken.left_out.items():
        console.echo(f"left out: {n} {what}")
    for reason, n in taken.reasons.items():
        console.echo(f"refused: {n} {reason} (line {taken.first[reason]} first)", err=True)
    if taken.unread:
        console.echo(
            "beholder: what this person allows could not be read: nothing is allowed for them, "
            "unless they were known here and allow it. Say it by `beholder user purposes`",
            err=True,
        )
    if taken.purposes is not None:
        _print_purposes(taken.purposes)


def _agreed() -> bool:
    """Ask whether to erase.

    Raises
    ------
    UsageError
        If nobody is there to answer.
    """
    from beholder.errors import UsageError

    try:
        return click.confirm("Erase this person for good?", err=True)
    except click.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise
        raise UsageError(
            "erasing asks first, and nobody answered", remedy="say --yes; nothing was erased"
        ) from None


@command.command("erase")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("user", metavar="USER")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@SESSION
def erase(directory: Path, user: str, yes: bool, as_json: bool, session: bool) -> None:
    """Erase everything that is held about USER, and print the receipt.

    Late events of the same person are refused for a day. Bundles that were fitted while the
    events were there are marked: train again.
    """
    from beholder.store import Store
    from beholder.workspace import Workspace

    with Store.open(Workspace.open(directory)) as store:
        if not yes and not _agreed():
            console.echo("nothing was erased", err=True)
            raise click.exceptions.Exit(1)
        receipt = store.erase(_who(user, session))
    if not receipt.known:
        other = "as a user, without --session" if session else "as a session, with --session"
        console.echo(f"nothing was held of this id; it may be known {other}", err=True)
    if as_json:
        console.as_json(receipt)
        return
    console.table(
        ["receipt", "events", "texts", "answers", "segments", "networks", "key"],
        [
            [
                receipt.number,
                receipt.events,
                receipt.texts,
                receipt.answers,
                receipt.segments,
                receipt.networks,
                receipt.key_fingerprint or None,
            ]
        ],
    )
    for name in receipt.bundles:
        console.echo(f"bundle {name} was fitted with these events: train again and remove it")


@command.command("profiling")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("user", metavar="USER")
@click.argument("state", type=SWITCH, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@SESSION
def profiling(directory: Path, user: str, state: str | None, as_json: bool, session: bool) -> None:
    """Show whether USER may be profiled, or switch it on or off: all purposes at once."""
    from beholder.store import Store
    from beholder.workspace import Workspace

    with Store.open(Workspace.open(directory)) as store:
        if state is not None:
            store.set_profiling(_who(user, session), state == "on")
        on = store.snapshot(**{_who(user, session).kind: user}).profiling
        allowed = store.purposes(_who(user, session))
    if as_json:
        console.as_json({"profiling": on, "purposes": allowed})
    else:
        console.echo(f"profiling is {_in_words(allowed)}")


@command.command("purposes")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.argument("user", metavar="USER")
@click.option("--recommend", type=SWITCH, help="Whether their own lists may be made of it.")
@click.option("--train", type=SWITCH, help="Whether models may learn from it.")
@click.option("--measure", type=SWITCH, help="Whether evaluations may ask about it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@SESSION
def purposes(
    directory: Path, user: str, as_json: bool, session: bool, **switches: str | None
) -> None:
    """Show for what USER allows what they did to be used, or change it.

    What is not named stays as it is. `beholder user profiling` says all three at once.
    """
    from beholder.store import PURPOSES, Store
    from beholder.workspace import Workspace

    wish = {name: switches[name] == "on" for name in PURPOSES if switches[name] is not None}
    who = _who(user, session)
    with Store.open(Workspace.open(directory)) as store:
        known = store.snapshot(**{who.kind: user}).known
        allowed = store.set_purposes(who, wish)
    if not known:
        console.echo(f"nothing was known of this id; {_otherwise(session)}", err=True)
    if as_json:
        console.as_json(allowed)
        return
    _print_purposes(allowed)


def _in_words(allowed: Purposes) -> str:
    names = allowed.__struct_fields__
    off = [name for name in names if not getattr(allowed, name)]
    if not off:
        return "on"
    return "off" if len(off) == len(names) else f"partly on: {' and '.join(off)} off"


def _print_purposes(allowed: Purposes) -> None:
    for name in allowed.__struct_fields__:
        console.echo(f"{name} is {'on' if getattr(allowed, name) else 'off'}")


def _who(user: str, session: bool) -> Who:
    from beholder.store import Who

    return Who("session" if session else "user", user)


def _otherwise(session: bool) -> str:
    other = "as a user, without --session" if session else "as a session, with --session"
    return f"it may be known {other}"
