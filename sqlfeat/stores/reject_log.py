"""Reject logs of a batch run: for each source, the rows that do not fit its declaration, as JSON lines."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

_DRAFT = "part.jsonl.draft"
_FILE = "part.jsonl"


class RejectLogs:
    """Collects rejects; the files appear at the end, and replace those of the last run.

    Args:
        folder: `<folder>/<source>/rejects/part.jsonl` is written.
        sources: full names of the sources that are looked at; one without rejects has no file in the end.
    """

    def __init__(self, folder: Path, sources: Iterable[str]) -> None:
        self.counts = dict.fromkeys(sources, 0)
        self._folder = folder
        self._open: dict[str, TextIO] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        for source in self.counts:
            if kind is not None:
                self.path(source).with_name(_DRAFT).unlink(missing_ok=True)
            elif source in self._open:
                self.path(source).with_name(_DRAFT).replace(self.path(source))
            else:
                self.path(source).unlink(missing_ok=True)

    def path(self, source: str) -> Path:
        """The log of a source."""
        return self._folder / source / "rejects" / _FILE

    def add(self, source: str, reason: str, row: str) -> None:
        """Note a row."""
        if source not in self._open:
            path = self.path(source).with_name(_DRAFT)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open[source] = self._stack.enter_context(path.open("w", encoding="utf-8"))
        line = json.dumps({"source": source, "reason": reason, "row": row}, ensure_ascii=False)
        self._open[source].write(line + "\n")
        self.counts[source] = self.counts.get(source, 0) + 1
