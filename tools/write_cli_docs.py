"""Writes docs/cli.md from the commands themselves.

    python tools/write_cli_docs.py

tests/test_docs.py fails when the page is not what this prints.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from groundstone.cli import cli

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
WIDTH = 100
OPENING = """\
# The command line

`groundstone` is the whole command line; `python -m groundstone` is the same. Every command takes `--help`. Settings
come from the environment and from a file, see [configuration](configuration.md). This page is written by
`python tools/write_cli_docs.py` from the commands themselves.

| exit status | meaning |
|---|---|
| 0 | done |
| 1 | an error, told in one line on standard error |
| 2 | a wrong command, argument or option |
| 3 | `kb sync` is finished, but something could not be read; it is listed on standard error |
| 130 | stopped with Ctrl-C |
"""


def page() -> str:
    """The whole text of docs/cli.md."""
    return OPENING + "".join(f"\n## {path}\n\n```text\n{text}\n```\n" for path, text in sections())


def sections() -> Iterator[tuple[str, str]]:
    """Every command by its full name, with its help text; groups before what they hold."""
    waiting: list[tuple[click.Command, click.Context | None, str]] = [(cli, None, "groundstone")]
    while waiting:
        command, parent, name = waiting.pop(0)
        context = click.Context(command, parent, info_name=name, terminal_width=WIDTH, color=False)
        context.help_option_names = ["-h", "--help"]
        yield context.command_path, command.get_help(context)
        if isinstance(command, click.Group):
            waiting[:0] = [(command.commands[item], context, item) for item in command.list_commands(context)]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
