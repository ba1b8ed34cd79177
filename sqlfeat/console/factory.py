"""Which console a run gets."""

from __future__ import annotations

import os
import sys
from enum import Enum
from typing import TYPE_CHECKING, TextIO

from sqlfeat.console.jsonl import JsonConsole
from sqlfeat.console.plain import PlainConsole
from sqlfeat.console.quiet import QuietConsole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlfeat.console.protocol import Console


class LogFormat(Enum):
    """Values of `--log-format`."""

    TEXT = "text"
    JSON = "json"


def open_console(
    log_format: LogFormat = LogFormat.TEXT,
    *,
    quiet: bool = False,
    out: TextIO | None = None,
    err: TextIO | None = None,
    environ: Mapping[str, str] | None = None,
) -> Console:
    """A console on the process's streams.

    Args:
        log_format: JSON lines, or text for people.
        quiet: leave out all but results and errors.
        out: for results; stdout by default.
        err: for narration; stderr by default. A terminal gets colours and a bar, anything else plain lines.
        environ: `CI` and `TERM=dumb` ask for plain lines; `NO_COLOR` for a bar without colours.
    """
    environ = os.environ if environ is None else environ
    console: Console
    if log_format is LogFormat.JSON:
        console = JsonConsole(out, err)
    elif draws(err or sys.stderr, environ):
        # rich takes longer to import than everything else the command line needs.
        from sqlfeat.console.tty import TtyConsole

        console = TtyConsole(out, err)
    else:
        console = PlainConsole(out, err)
    return QuietConsole(console) if quiet else console


def draws(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether a person watches this stream on something that can move its cursor."""
    return stream.isatty() and not environ.get("CI") and environ.get("TERM") != "dumb"
