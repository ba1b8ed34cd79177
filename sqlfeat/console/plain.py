"""Plain lines for CI and files: one line when a node starts, one when it ends; ASCII, no cursor movement."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from sqlfeat.console.tally import Tally, counted_errors

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.diagnostics.model import SqlfeatError


class PlainConsole:
    """A `Console` that appends lines to two streams."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._tally = Tally()

    def result(self, text: str) -> None:
        """See `Console.result`."""
        print(text, file=self._out, flush=True)

    def note(self, text: str) -> None:
        """See `Console.note`."""
        self._narrate(text)

    def warning(self, text: str) -> None:
        """See `Console.warning`."""
        self._narrate(f"warning: {text}")

    def error(self, error: SqlfeatError, root: Path) -> None:
        """See `Console.error`."""
        print(self._tally.error(error, root), file=self._err, flush=True)

    def node_started(self, verb: str, name: str, index: int, total: int) -> None:
        """See `Console.node_started`."""
        self._narrate(f"{_position(index, total)} START {verb} {name}")

    def node_finished(
        self, verb: str, name: str, index: int, total: int, status: str, detail: str, seconds: float
    ) -> None:
        """See `Console.node_finished`."""
        self._tally.node(status)
        self._narrate(node_line(verb, name, index, total, status, detail, seconds))

    def close(self) -> None:
        """See `Console.close`."""
        if totals := self._tally.totals():
            self._narrate(totals)
        if errors := self._tally.errors_again():
            print("", counted_errors(errors), *errors, sep="\n", file=self._err, flush=True)
        self._tally = Tally()

    def _narrate(self, text: str) -> None:
        self._tally.narrated()
        print(text, file=self._err, flush=True)


def node_line(verb: str, name: str, index: int, total: int, status: str, detail: str, seconds: float) -> str:
    """The line of a node that ended, the same in CI and on a terminal."""
    what = f"{verb} {name}  {detail}" if detail else f"{verb} {name}"
    return f"{_position(index, total)} {status.upper():<5} {what}  {seconds:.1f}s"


def _position(index: int, total: int) -> str:
    return f"{str(index).rjust(len(str(total)))}/{total}"
