"""Colours and a progress bar for a person at a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from sqlfeat.console.plain import node_line
from sqlfeat.console.tally import OK, Tally, counted_errors

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.diagnostics.model import SqlfeatError

_STYLES = {OK: "green", "fail": "bold red", "skip": "yellow"}


class TtyConsole:
    """A `Console` that draws; rich itself honours NO_COLOR and the abilities of the terminal."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._rich = RichConsole(file=err or sys.stderr, highlight=False, markup=False, emoji=False)
        self._tally = Tally()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._running: dict[str, None] = {}

    def result(self, text: str) -> None:
        """See `Console.result`; not through rich, so that a pipe gets the text as it is."""
        self._stop_drawing()
        print(text, file=self._out, flush=True)

    def note(self, text: str) -> None:
        """See `Console.note`."""
        self._narrate(Text(text, style="dim"))

    def warning(self, text: str) -> None:
        """See `Console.warning`."""
        self._narrate(Text.assemble(("warning", "bold yellow"), f": {text}"))

    def error(self, error: SqlfeatError, root: Path) -> None:
        """See `Console.error`."""
        self._print(paint(self._tally.error(error, root)))

    def node_started(self, verb: str, name: str, index: int, total: int) -> None:  # noqa: ARG002 - the bar counts
        """See `Console.node_started`."""
        self._running[name] = None
        self._draw(verb, total, advance=0)

    def node_finished(
        self, verb: str, name: str, index: int, total: int, status: str, detail: str, seconds: float
    ) -> None:
        """See `Console.node_finished`."""
        self._running.pop(name, None)
        self._tally.node(status)
        line = Text(node_line(verb, name, index, total, status, detail, seconds))
        line.highlight_words([status.upper()], _STYLES.get(status, "bold"))
        self._narrate(line)
        self._draw(verb, total, advance=1)

    def close(self) -> None:
        """See `Console.close`."""
        self._stop_drawing()
        if totals := self._tally.totals():
            self._narrate(Text(totals))
        if errors := self._tally.errors_again():
            self._print(Text(f"\n{counted_errors(errors)}", style="bold"))
            for error in errors:
                self._print(paint(error))
        self._tally = Tally()

    def _draw(self, verb: str, total: int, advance: int) -> None:
        """Show the bar and what is being worked on."""
        if self._progress is None or self._task is None:
            self._progress = _bar(self._rich)
            self._task = self._progress.add_task(verb, total=total)
            self._progress.start()
        doing = f"{verb} {', '.join(self._running)}".rstrip()
        self._progress.update(self._task, description=doing, advance=advance, total=total)

    def _stop_drawing(self) -> None:
        if self._progress is not None:
            self._progress.stop()
        self._progress, self._task = None, None
        self._running.clear()

    def _narrate(self, text: Text) -> None:
        self._tally.narrated()
        self._print(text)

    def _print(self, text: Text) -> None:
        """Above the bar, if there is one; never wrapped, as that would move carets away from their words."""
        self._rich.print(text, soft_wrap=True)


def _bar(console: RichConsole) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True)


def paint(rendered: str) -> Text:
    """A rendered diagnostic in colours."""
    text = Text(rendered)
    text.highlight_regex(r"(?m)^error\[SF\d{4}\]", "bold red")
    text.highlight_regex(r"(?m)^ *--> ", "blue")
    text.highlight_regex(r"(?m)^ *\d* \|", "blue")
    text.highlight_regex(r"(?m)(?<=\| ) *\^+.*$", "bold red")
    text.highlight_regex(r"(?m)(?<= = )help:", "bold cyan")
    return text
