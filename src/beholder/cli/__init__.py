"""The command line: one command a file, each parses, calls and prints."""

from beholder.cli import early

early.hear()
