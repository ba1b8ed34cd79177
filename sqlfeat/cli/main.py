"""The command `sqlfeat`: the verbs, and what happens to everything they raise."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sqlfeat import __version__
from sqlfeat.cli.backfill import backfill
from sqlfeat.cli.clean import clean
from sqlfeat.cli.compile import compile_
from sqlfeat.cli.crash import report_bug
from sqlfeat.cli.debug import debug
from sqlfeat.cli.deps import deps
from sqlfeat.cli.docs import docs
from sqlfeat.cli.explain import explain
from sqlfeat.cli.get import get
from sqlfeat.cli.ls import ls
from sqlfeat.cli.options import global_options
from sqlfeat.cli.parity import parity
from sqlfeat.cli.run import run
from sqlfeat.cli.session import Session
from sqlfeat.cli.status import status
from sqlfeat.cli.stop import stop
from sqlfeat.cli.test import test
from sqlfeat.diagnostics.codes import exit_code_of
from sqlfeat.diagnostics.model import ExitCode, SqlfeatError

if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS = (debug, deps, ls, compile_, test, run, backfill, parity, get, status, stop, docs, explain, clean)
"""In the order of `--help`: the order in which one meets them."""


class _Verbs(click.Group):
    """A group that lists its verbs in the order they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return list(self.commands)


@click.group(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 project or data failed, 2 usage, 3 environment, 4 refused to lose data, 70 a bug.",
)
@click.version_option(__version__, prog_name="sqlfeat")
@global_options
def cli(session: Session) -> None:
    """Features written once, as SQL windows over events: live on Flink, over history on DuckDB.

    `run` = now, `run --streaming` = from now on, `backfill` = the past, `dataset` = the past as the model would have
    seen it.
    """


for _verb in VERBS:
    cli.add_command(_verb)


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run_cli(sys.argv[1:]))


def run_cli(arguments: Sequence[str]) -> int:
    """Run the command line; gives the exit code and lets nothing but a broken pipe escape."""
    session = Session()
    try:
        code = _invoke(arguments, session)
    except SqlfeatError as error:
        session.console.error(error, session.root)
        code = exit_code_of(error)
    except (KeyboardInterrupt, click.Abort):
        session.console.warning("interrupted")
        code = ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the border: what gets here is a bug, and is reported as one
        session.console.error(report_bug(error, session), session.root)
        code = ExitCode.BUG
    session.console.close()
    return int(code)


def _invoke(arguments: Sequence[str], session: Session) -> int:
    """Run a verb; usage errors are shown by click itself, with its suggestions."""
    try:
        code = cli.main(list(arguments), prog_name="sqlfeat", standalone_mode=False, obj=session)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code if isinstance(code, int) else ExitCode.OK
