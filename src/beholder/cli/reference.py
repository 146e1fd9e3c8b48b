"""Writes the page of the command line from the help of each command.

python -m beholder.cli.reference > docs/command-line.md
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from beholder.cli.main import beholder

HEAD = """# Command line

Results go to standard output, progress and words to standard error. `--json` prints for programs.
Exit status: 0 done; 1 it could not be done; 2 wrong usage; 3 the data was refused in part (with
`--strict`); 130 Ctrl-C: what is kept is said. An error is one line that says what to do;
`beholder --debug ...` adds the trace. With `--json` it is on standard output, too: `{"error":
{"code", "detail", "status"}}`, with `file`, `field` and `remedy` where there is one. `evaluate` and
`report` write theirs into a file, and print for people.

This page is written by `python -m beholder.cli.reference`.
"""


def helps(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the path and the help of a command and of all commands below it."""
    context = click.Context(
        command,
        parent=parent,
        info_name=name,
        terminal_width=80,
        max_content_width=80,
        **command.context_settings,
    )
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from helps(found, below, context)


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for path, text in helps(beholder, "beholder"):
        parts.append(f"## `{path}`\n\n```\n{text}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
