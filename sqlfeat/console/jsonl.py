"""One JSON object a line on stderr for log collectors; stdout keeps the result as it is."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

from sqlfeat.clock import Clock, SystemClock
from sqlfeat.diagnostics.render import diagnostic_json

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.diagnostics.model import SqlfeatError


class JsonConsole:
    """A `Console` whose narration is JSON lines with `ts`, `level`, `event` and the event's own fields."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None, clock: Clock | None = None) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._clock = clock or SystemClock()

    def result(self, text: str) -> None:
        """See `Console.result`."""
        print(text, file=self._out, flush=True)

    def note(self, text: str) -> None:
        """See `Console.note`."""
        self._emit("info", "note", message=text)

    def warning(self, text: str) -> None:
        """See `Console.warning`."""
        self._emit("warning", "warning", message=text)

    def error(self, error: SqlfeatError, root: Path) -> None:  # noqa: ARG002 - a program reads the files itself
        """See `Console.error`; one object per diagnostic."""
        for diagnostic in error.diagnostics:
            self._emit("error", "diagnostic", **diagnostic_json(diagnostic))

    def node_started(self, verb: str, name: str, index: int, total: int) -> None:
        """See `Console.node_started`."""
        self._emit("info", "node_started", verb=verb, node=name, index=index, total=total)

    def node_finished(
        self, verb: str, name: str, index: int, total: int, status: str, detail: str, seconds: float
    ) -> None:
        """See `Console.node_finished`."""
        level = "error" if status == "fail" else "info"
        position = {"index": index, "total": total}
        ending = {"status": status, "detail": detail, "seconds": round(seconds, 3)}
        self._emit(level, "node_finished", verb=verb, node=name, **position, **ending)

    def close(self) -> None:
        """See `Console.close`: a collector keeps every line, so nothing is repeated."""

    def _emit(self, level: str, event: str, **fields: Any) -> None:
        ts = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"ts": ts, "level": level, "event": event, **fields}, ensure_ascii=False)
        print(line, file=self._err, flush=True)
