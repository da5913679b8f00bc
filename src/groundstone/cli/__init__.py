"""The command line. Commands parse arguments, call the platform and print; they decide nothing."""

from __future__ import annotations

import sys

import click

from groundstone import __version__
from groundstone.cli.balance import balance
from groundstone.cli.builder import builder
from groundstone.cli.capacity import capacity
from groundstone.cli.demo import demo
from groundstone.cli.deploy import deploy
from groundstone.cli.endpoints import endpoints
from groundstone.cli.evaluate import evaluate
from groundstone.cli.forensics_data import forensics
from groundstone.cli.kb import kb
from groundstone.cli.keys import keys
from groundstone.cli.load import load
from groundstone.cli.mcp import mcp
from groundstone.cli.models import models
from groundstone.cli.movies import movies
from groundstone.cli.read import read
from groundstone.cli.run import run
from groundstone.cli.runs import runs
from groundstone.cli.serve import serve
from groundstone.cli.simulate import simulate
from groundstone.cli.slide_decks import slides
from groundstone.cli.tasks import summarise, translate
from groundstone.cli.usage import usage
from groundstone.cli.verification import verification
from groundstone.errors import GroundstoneError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="groundstone")
def cli() -> None:
    """Answers that stand on your own documents."""


COMMANDS = (
    demo, serve, run, read, forensics, endpoints, load, runs, capacity, deploy, simulate, balance, verification,
    slides, kb, models, movies, builder, evaluate, usage, summarise, translate, keys, mcp,
)  # fmt: skip
for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run a command. Errors of ours are one line and exit status 1; Ctrl-C is 130."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except GroundstoneError as error:
        click.echo(f"groundstone: {error}", err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
