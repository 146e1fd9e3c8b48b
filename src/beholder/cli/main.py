"""`beholder`: finds the file of a command only when it is asked for, so that help is instant."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from beholder import __version__
from beholder.cli import early
from beholder.disk import of_disk
from beholder.errors import BeholderError, UsageError
from beholder.unicode import visible

COMMANDS = {
    "demo": ("demo", "A generated gallery with simulated visitors, built and served."),
    "init": ("init", "Make a new workspace."),
    "import": ("import_", "Read items, pictures and behaviour into a workspace."),
    "encode": ("encode", "Turn pictures into vectors."),
    "encoders": ("encoders", "List encoders, or compare smaller forms of their networks."),
    "train": ("train", "Fit, tune and blend recommenders; write and promote a bundle."),
    "evaluate": ("evaluate", "Measure how good the recommendations are."),
    "report": ("report", "One HTML file that says how good they are, to be sent."),
    "serve": ("serve", "Answer over HTTP and show the pages."),
    "recommend": ("recommend", "Recommend for a user or a history."),
    "rows": ("rows", "Recently viewed, trending, new, popular."),
    "similar": ("similar", "Items that look like, or go with, an item."),
    "search": ("search", "Search by words or by a picture."),
    "explain": ("explain", "Say why an item is recommended to a user."),
    "score": ("score", "Score given items for a user."),
    "bundle": ("bundle", "List, show, verify, promote, roll back or remove bundles."),
    "item": ("item", "Show, change, hide or delete items."),
    "user": ("user", "Export or erase what is held about a person; what it may be used for."),
    "export": ("export", "Write what people did, without people, into a file."),
    "expire": ("expire", "Delete the events that are older than the settings allow."),
    "key": ("key", "Add, list or revoke keys for the service."),
    "backup": ("backup", "Write a workspace into a file, and its keys into another."),
    "restore": ("restore", "Make a workspace of a backup."),
    "upgrade": ("upgrade", "Bring a workspace of an older version forward."),
    "check": ("check", "Check the data of a workspace: the card, leaks, missing pictures."),
}
TO_FILES = ("evaluate", "report")  # whose `--json FILE` is written, and whose output is for people
MODULES = {name: module for name, (module, _) in COMMANDS.items()}


class LazyGroup(click.Group):
    """A group whose commands are imported on use: `beholder.cli.<file>.command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the road, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in MODULES:
            return None
        command: click.Command = importlib.import_module(
            f"beholder.cli.{MODULES[cmd_name]}"
        ).command
        early.leave()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="beholder")
@click.option("--debug", is_flag=True, help="Show the trace of an error.")
def beholder(debug: bool) -> None:
    """Live, personal, explained recommendations from pictures and behaviour."""


def run(args: list[str] | None = None) -> Any:
    """Run the command line and exit with its status: 0, 1, 2, 3 or 130."""
    # One BLAS thread: two are slower than one when anything else runs on the machine.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    warnings.formatwarning = lambda message, *_: f"beholder: {visible(str(message))}\n"
    words = sys.argv[1:] if args is None else args
    try:
        status = beholder.main(words, prog_name="beholder", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt) as error:
        early.insist()
        with suppress(OSError):  # nobody may listen any more
            click.echo(f"beholder: stopped; {_kept(error)}", err=True)
            _tell_notes(error)
        sys.exit(early.STOPPED)
    except click.ClickException as error:
        error.show()
        _tell_programs(words, UsageError(error.format_message()))
        sys.exit(2)
    except BrokenPipeError as error:
        if isinstance(error.__context__, KeyboardInterrupt):  # click could not say so
            early.insist()
            sys.exit(early.STOPPED)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except (BeholderError, OSError) as caught:
        known = caught if isinstance(caught, BeholderError) else of_disk(caught)
        if known is None or "--debug" in words:
            raise
        click.echo(f"beholder: {visible(str(known))}", err=True)
        _tell_notes(caught)
        _tell_programs(words, known)
        sys.exit(known.exit_status)
    sys.exit(status if isinstance(status, int) else 0)


def _tell_programs(words: Sequence[str], error: BeholderError) -> None:
    """Print an error on standard output, too, where `--json` says that a program reads it."""
    command = next((word for word in words if not word.startswith("-")), "")
    if "--json" in words and command not in TO_FILES:
        from beholder.cli import console

        with suppress(BrokenPipeError):
            console.as_json({"error": console.problem(error)})


def _kept(error: BaseException) -> str:
    """Return what is kept, as whoever was stopped says; click hands it on as a cause."""
    said = error.args or (error.__cause__.args if error.__cause__ is not None else ())
    return str(said[0]) if said else "whatever was written is kept"


def _tell_notes(error: BaseException) -> None:
    """Print what was noted on an error on its way, such as what is done already."""
    for one in (error, error.__cause__):
        for note in getattr(one, "__notes__", ()):
            click.echo(f"beholder: {visible(note)}", err=True)


if __name__ == "__main__":
    run()
