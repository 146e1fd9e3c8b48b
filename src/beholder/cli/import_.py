"""`beholder import`: items, pictures and behaviour from files."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from beholder.cli import console
from beholder.percent import percent

if TYPE_CHECKING:
    from beholder.catalogue.behaviour_seen import BehaviourSeen
    from beholder.catalogue.foreseen import DryRun, Sight
    from beholder.catalogue.refusals import Refusal
    from beholder.catalogue.report import Report
    from beholder.catalogue.whole_file import Agree, Gone

FILE = click.Path(path_type=Path)
REFUSED_WHOLE, REFUSED_IN_PART = 1, 3
EXAMPLES = 3  # of what was left out
SHOWN = 5  # refused rows on the terminal; their file has more


@click.command("import")
@click.argument("directory", metavar="DIR", type=FILE)
@click.option("--items", type=FILE, help="CSV, JSON Lines or Parquet, one item a row.")
@click.option("--media", type=FILE, help="Folder of pictures.")
@click.option("--interactions", type=FILE, help="CSV, JSON Lines or Parquet, one event a row.")
@click.option("--users", type=FILE, help="What people allow: profiling, or each purpose.")
@click.option("--vectors", type=FILE, help="Vectors computed elsewhere: .npy or Parquet.")
@click.option("--ids", type=FILE, help="The item of each row of an .npy file.")
@click.option("--vectors-name", default="given", show_default=True, help="Their name here.")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="OURS=THEIRS",
    help="item_id=sku; may be repeated. item_id= forgets what was told before.",
)
@click.option("--user", metavar="NAME", help="Whose all behaviour is, as in an export of your own.")
@click.option("--keep-cancelled", is_flag=True, help="Count orders that were cancelled, too.")
@click.option("--kind", help="What happened, where the file has no column of kinds.")
@click.option("--map-kind", "words", multiple=True, metavar="WORD=KIND", help="view_item=view, ...")
@click.option("--no-header", is_flag=True, help="Text files have no names: columns are 1, 2, ...")
@click.option("--encoding", default="utf-8", show_default=True, help="Of text files: cp1252, ...")
@click.option("--full", is_flag=True, help="ITEMS has all there is: what is not in it leaves.")
@click.option("--yes", is_flag=True, help="Do not ask before many items leave.")
@click.option(
    "--strict",
    is_flag=True,
    help="Exit with 3 if a row was refused for a fault.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be read; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    directory: Path,
    items: Path | None,
    media: Path | None,
    interactions: Path | None,
    users: Path | None,
    vectors: Path | None,
    ids: Path | None,
    vectors_name: str,
    maps: tuple[str, ...],
    user: str | None,
    keep_cancelled: bool,
    kind: str | None,
    words: tuple[str, ...],
    no_header: bool,
    encoding: str,
    full: bool,
    yes: bool,
    strict: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Read items, pictures and behaviour into the workspace DIR.

    Names of columns are guessed and shown. A broken row is refused with its reason and stops
    nothing. Importing a file again changes nothing.
    """
    from beholder.catalogue import kind_words
    from beholder.catalogue.mapping import parse_maps
    from beholder.catalogue.readers.texts import Form
    from beholder.catalogue.request import Request
    from beholder.catalogue.run import import_files
    from beholder.store import Store
    from beholder.store.database import PATIENT
    from beholder.workspace import Workspace

    request = Request(
        items,
        media,
        interactions,
        users,
        vectors,
        ids,
        vectors_name,
        parse_maps(maps),
        kind,
        kind_words.parse(words),
        Form(encoding, not no_header),
        (_asked(yes, as_json) if dry_run else _asking(yes, as_json)) if full else None,
        None if user is None else user.strip(),
        keep_cancelled,
    )
    workspace = Workspace.open(directory)
    with Store.open(workspace, wait=PATIENT) as store:
        if dry_run:
            return _look(store, request, as_json, yes, strict)
        with console.progress() as progress:
            report, path = import_files(workspace, store, request, progress)
    if as_json:
        console.as_json(report)
    else:
        _print(report, path, directory)
    whole = [file.file for file in report.files if file.refused_whole]
    cut = [file.cut for file in report.files if file.cut]
    read = {file.file for file in report.files}
    rest = [path.name for path in request.tables().values() if path.name not in read]
    after = f"; {' and '.join(rest)} was not read" if rest else ""
    for told in cut:
        console.echo(f"beholder: {told}; what came before was read{after}", err=True)
    if whole:
        console.echo(f"beholder: no row of {' and '.join(whole)} could be read{after}", err=True)
    of_users = [file for file in report.files if file.what == "users"]
    unsaid = sum(file.refused for file in of_users)
    _print_unsaid(
        unsaid, sum(file.unnamed for file in of_users), any(file.cut for file in of_users)
    )
    if whole or cut or unsaid or any(file.gone.stay for file in report.files):
        return REFUSED_WHOLE
    faulty = report.n_refused > sum(file.cancelled for file in report.files)
    return REFUSED_IN_PART if strict and faulty else 0


def _asking(yes: bool, as_json: bool) -> Agree:
    """Return what is asked before many items leave: a person, where there is one."""

    def agree(leaving: int, of: int) -> bool:
        if yes or not _somebody(as_json):
            return yes
        return click.confirm(f"Take {leaving} of {of} items out of the catalogue?", err=True)

    return agree


def _asked(yes: bool, as_json: bool) -> Agree:
    """Return what a dry run takes for the answer: whoever is there to be asked agrees."""
    return lambda _leaving, _of: yes or _somebody(as_json)


def _somebody(as_json: bool) -> bool:
    """Whether there is somebody to ask."""
    return not as_json and sys.stdin.isatty()


def _look(store: object, request: object, as_json: bool, yes: bool, strict: bool) -> int:
    """Print what the import would find; return its status, as far as that can be told."""
    from beholder.catalogue.dry_run import dry_run
    from beholder.catalogue.import_interactions import under_half

    found = dry_run(store, request)  # type: ignore[arg-type]
    if as_json:
        console.as_json(found)
    else:
        _print_sights(found)
        _print_would_leave(found.gone, yes, _somebody(as_json))
    if not found.fits:
        file = next(sight.file for sight in found.sights if sight.what == "interactions")
        assert found.behaviour is not None
        seen = found.behaviour
        error = under_half(file, seen.joined, seen.looked_at, seen.near, seen.items_refused)
        if not as_json:
            raise error
        console.echo(f"beholder: {error}", err=True)  # a second document would be none
        return error.exit_status
    cut = [sight.cut for sight in found.sights if sight.cut]
    rest = f"; {' and '.join(found.not_read)} would not be read" if found.not_read else ""
    for told in cut:
        console.echo(f"beholder: {told}; what comes before would be read{rest}", err=True)
    whole = [sight.file for sight in found.sights if sight.refused_whole]
    if whole:
        console.echo(f"beholder: no row of {' and '.join(whole)} could be read{rest}", err=True)
    asked = found.gone.ask and not yes and not _somebody(as_json)
    of_users = any(sight.cut for sight in found.sights if sight.what == "users")
    _print_unsaid(found.users_refused, found.users_unnamed, of_users)
    unsaid = bool(found.users_refused)
    if cut or whole or unsaid or found.gone.stay or asked:
        return REFUSED_WHOLE
    return REFUSED_IN_PART if strict and found.refused > found.cancelled else 0


def _print_unsaid(rows: int, unnamed: int, cut: bool) -> None:
    """Say that what people allow could not be read, which is never passed over."""
    from beholder.catalogue.consent_words import READABLE

    if cut:
        console.echo(
            "beholder: the file of users is broken: whom its rest names, and whether these "
            "refuse, is unknown",
            err=True,
        )
    if unnamed:
        console.echo(
            f"beholder: {console.counted(unnamed, 'rows')} of users could not be read at all: "
            "whom they name, and whether these refuse, is unknown",
            err=True,
        )
    if rows:
        console.echo(
            f"beholder: {console.counted(rows, 'rows')} of users could not be read. Mend and "
            f"import them again: what people allow is one of {READABLE}",
            err=True,
        )


def _print(report: Report, path: Path, folder: Path) -> None:
    from beholder.catalogue.refusals import LISTED

    for file in report.files:
        if file.mapping:
            pairs = ", ".join(f"{ours}={theirs}" for ours, theirs in file.mapping.items())
            console.echo(f"{file.file}: {pairs}", err=True)
    console.table(
        ["", "file", "read", "added", "changed", "same", "refused", "more"],
        [
            [f.what, f.file, f.read, f.added, f.changed, f.same, f.refused, f.more or None]
            for f in report.files
        ],
    )
    for file in report.files:
        if file.ignored:
            console.echo(f"{file.file}: not used: {', '.join(file.ignored)}")
        if file.unread:
            told = ", ".join(file.unread)
            console.echo(f"{file.file}: columns of a type that is not read: {told}")
        for said in file.said:
            console.echo(f"{file.file}: {said}")
        _print_gone(file.gone)
        if file.unknown_kinds:
            told = ", ".join(f"{word} ({n})" for word, n in file.unknown_kinds.items())
            word = next(iter(file.unknown_kinds))
            more = " and others" * file.more_unknown_kinds
            console.echo(f"{file.file}: no kinds of event are {told}{more}; {_how_to_map(word)}")
    _print_rules(report.rules, report.rules_first)
    _print_refused(report.refused)
    if report.refused_file:
        first = "" if report.n_refused <= LISTED else f"the first {LISTED} of "
        rows = console.counted(report.n_refused, "refused rows")
        are = "is" if report.n_refused == 1 else "are"
        console.echo(f"{first}{rows} {are} listed in {report.refused_file}")
    _print_left(report.pictures_left, report.pictures_left_first)
    for reason, n in report.files_skipped.items():
        console.echo(console.counted(n, reason))
    console.echo(f"{_pictures(report)}{report.seconds:.1f} s")
    console.echo(f"report: {path}", err=True)
    if report.pictures_found and any(file.added or file.changed for file in report.files):
        console.echo(f"next: beholder encode {folder}", err=True)


def _pictures(report: Report) -> str:
    """Return what is known of pictures: of the folder, or of items; nothing of behaviour alone."""
    without = console.counted(report.items_without_media, "items without")
    if not report.folder:
        looked = any(file.what == "items" for file in report.files)
        return f"{without} a picture; " if looked else ""
    return (
        f"{_files_of_items(report)}; "
        f"{console.counted(report.items_with_several, 'items with several')}, {without}, "
        f"{console.counted(report.media_without_items, 'files without an item')}; "
    )


def _files_of_items(report: Report) -> str:
    """Return how many files are pictures of items, and how many pictures, where that differs."""
    said = console.counted(report.pictures_found, "files that items show")
    if report.pictures_different == report.pictures_found:
        return said
    return f"{said}, {report.pictures_different} of them different"


def _print_refused(refused: Sequence[Refusal]) -> None:
    for refusal in refused[:SHOWN]:
        console.echo(f"refused: {refusal.file} row {refusal.row} {refusal.reason}", err=True)


def _print_rules(rules: dict[str, int], first: dict[str, str]) -> None:
    for rule, n in rules.items():
        example = first.get(rule)
        console.echo(console.counted(n, rule) + (f" ({example})" if example else ""))


def _print_gone(gone: Gone) -> None:
    if not gone.items:
        return
    if gone.stay:
        console.echo(f"{_missing(gone)}, and stay: {gone.stay} ({_first(gone)})")
        console.echo(f"to let them go: {_remedy(gone)}", err=True)
    else:
        console.echo(f"{_missing(gone)}, and left the catalogue ({_first(gone)})")


def _print_would_leave(gone: Gone, yes: bool, somebody: bool) -> None:
    if not gone.items:
        return
    told, first = f"{_missing(gone)}, and would", _first(gone)
    if gone.stay:
        console.echo(f"{told} stay: {gone.stay} ({first})")
        console.echo(f"to let them go: {_remedy(gone)}", err=True)
    elif gone.ask and not yes and somebody:
        console.echo(f"{told} leave: you would be asked first, since {gone.ask} ({first})")
    elif gone.ask and not yes:
        console.echo(f"{told} stay: {gone.ask}, and nobody is there to be asked first ({first})")
        console.echo(f"to let them go: {_remedy(gone)}", err=True)
    else:
        console.echo(f"{told} leave the catalogue ({first})")


def _missing(gone: Gone) -> str:
    """Return how many items a file does not have that should have all."""
    are = "is" if gone.items == 1 else "are"
    return f"{console.counted(gone.items, 'items')} {are} not in the file"


def _remedy(gone: Gone) -> str:
    """Return what lets items go that stay."""
    if gone.stay in ("", gone.ask):
        return "mend the file, or say --yes where it is right"
    if gone.stay.startswith("the file changed"):
        return "import it again, once nothing writes it any more"
    return "mend the file, and import it again (--yes does not help where rows are missing)"


def _first(gone: Gone) -> str:
    return ", ".join(gone.first[:EXAMPLES]) + (", ..." if gone.items > EXAMPLES else "")


def _print_left(left: dict[str, int], first: dict[str, list[str]]) -> None:
    for reason, n in left.items():
        shown = "; ".join(first[reason][:EXAMPLES])
        console.echo(f"{console.counted(n, reason)} ({shown}{'; ...' if n > EXAMPLES else ''})")


def _print_sights(found: DryRun) -> None:
    for sight in found.sights:
        console.echo(f"{sight.what}: {sight.file}")
        console.table(["field", "column"], list(sight.mapping.items()))
        if sight.attributes:
            console.echo("\nattributes")
            console.table(["attribute", "rows read as", "first"], _types(sight))
        for said in sight.said:
            console.echo(said)
        if sight.ignored:
            console.echo(f"not used: {', '.join(sight.ignored)}")
        names = list(sight.rows[0]) if sight.rows else []
        console.table(names, [[_short(row[name]) for name in names] for row in sight.rows])
        for one in sight.pictures:
            files = ", ".join(one.files) or "none of them in the folder"
            console.echo(f"pictures of {one.item}: {', '.join(one.names)} -> {files}")
        console.echo()
    if found.behaviour is not None:
        _print_behaviour(found.behaviour)
    if found.items and found.folder:
        console.echo(
            f"{found.pictures} of {found.items} items have a picture in the folder, "
            f"{found.several} of them several: "
            f"{console.counted(found.files, 'files that items show')}"
        )
    if found.users_changed or found.users_same:
        console.echo(
            f"{console.counted(found.users_changed, 'rows')} of users would change what they "
            f"allow, {found.users_same} would not"
        )
    if found.vectors:
        console.echo(f"{found.known} of {found.vectors} vectors are of an item")
    _print_left(found.left, found.left_first)
    for reason, n in found.files_skipped.items():
        console.echo(console.counted(n, reason))
    _print_rules(found.rules, found.rules_first)
    for reason, n in found.reasons.items():
        console.echo(f"{console.counted(n, 'rows')} would be refused: {reason}")
    _print_refused(found.refused_first)


def _types(sight: Sight) -> list[tuple[str, str, str]]:
    return [
        (name, ", ".join(f"{type_} ({n})" for type_, n in types.items()), _value(sight.first[name]))
        for name, types in sight.attributes.items()
    ]


def _value(value: object) -> str:
    """Return an attribute as it is read; a whole number has no point."""
    if isinstance(value, list):
        return _short("; ".join(value))
    whole = isinstance(value, float) and value.is_integer()
    return _short(f"{value:.0f}" if whole else value)


def _print_behaviour(seen: BehaviourSeen) -> None:
    for said in seen.said:
        console.echo(f"taken: {said}")
    for kind, n in seen.kinds.items():
        rated = kind == "rating" and seen.likes_from is not None
        scale = f", on a scale of {seen.scale}: likes from {seen.likes_from:g} on" if rated else ""
        console.echo(f"{n} {kind}{scale}")
    for doubt in seen.warnings:
        console.echo(f"warning: {doubt}")
    for word, n in seen.unknown_kinds.items():
        console.echo(f"{n} of no kind: {word}; {_how_to_map(word)}")
    if seen.more_unknown_kinds:
        console.echo("and others of no kind: these are the most frequent words")
    if seen.timed and not seen.first:
        console.echo("no row that would be kept has a moment")
    else:
        console.echo(f"from {seen.first} to {seen.last} UTC" if seen.first else "without moments")
    if seen.more:
        console.echo(f"the first {seen.looked_at} rows say this; the import reads the others too")
    share = seen.joined / max(seen.looked_at, 1)
    console.echo(f"{seen.joined} of {seen.looked_at} interactions join an item: {percent(share)}")
    kept = sum(seen.kinds.values())
    if kept < seen.joined:
        console.echo(f"{kept} of these would be kept")
    if seen.unchecked:
        told = ", ".join(seen.unchecked)
        console.echo(f"not looked at here, and the import may refuse rows for it: {told}")
    if seen.near and seen.fits:  # else the error says it
        console.echo(seen.near)
    console.table(
        ["row", "kind", "value", "time", "item", "title"],
        [[r.row, r.kind, r.value, r.time, r.item, _short(r.title)] for r in seen.rows],
    )


def _how_to_map(word: str) -> str:
    from beholder.behaviour.kinds import KINDS

    kinds = f"{', '.join(KINDS)}, or none to leave such rows out"
    return f"say --map-kind {shlex.quote(word)}=KIND, where KIND is one of {kinds}"


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 24 else text[:23] + "…"
