"""Flink's REST interface, as far as jobs are started, watched and stopped through it."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

TIMEOUT_SECONDS = 10.0
END_STATES = frozenset({"FINISHED", "CANCELED", "FAILED"})


class Unreachable(Exception):
    """Nobody answers at the address."""


class Refusal(Exception):
    """Flink answers that it cannot do that; the text is its own."""


@dataclass(frozen=True, slots=True)
class FlinkRest:
    """A client of one address.

    Every method raises `Unreachable` or `Refusal`.

    Attributes:
        address: `host:port`.
    """

    address: str

    def job(self, job: str) -> dict[str, Any] | None:
        """A job with its vertices; None if Flink does not know it."""
        try:
            found: dict[str, Any] = self.get(f"/jobs/{job}")
        except Refusal:
            return None
        return found

    def checkpoints(self, job: str) -> dict[str, Any]:
        """Counts and the latest checkpoints of a job."""
        found: dict[str, Any] = self.get(f"/jobs/{job}/checkpoints")
        return found

    def job_metrics(self, job: str, *names: str) -> dict[str, float]:
        """Metrics of a job."""
        return _values(self.get(f"/jobs/{job}/metrics?get={','.join(names)}"), "value")

    def vertex_metrics(self, job: str, vertex: str, wanted: Sequence[re.Pattern[str]]) -> dict[str, dict[str, float]]:
        """Metrics of a vertex over its parallel instances: name -> sum and min.

        Args:
            job: its id.
            vertex: its id.
            wanted: patterns; metrics in whose name one of them is found.
        """
        path = f"/jobs/{job}/vertices/{vertex}/subtasks/metrics"
        names = [metric["id"] for metric in self.get(path) if any(pattern.search(metric["id"]) for pattern in wanted)]
        if not names:
            return {}
        found = self.get(f"{path}?get={urllib.parse.quote(','.join(names))}")
        return {metric["id"]: {kind: _number(metric.get(kind)) for kind in ("sum", "min")} for metric in found}

    def root_cause(self, job: str) -> str:
        """The stack trace of what last went wrong; empty if nothing did."""
        found = self.get(f"/jobs/{job}/exceptions")
        entries = found.get("exceptionHistory", {}).get("entries", [])
        return str(entries[0].get("stacktrace", "")) if entries else ""

    def trigger_checkpoint(self, job: str) -> None:
        """Ask for a checkpoint now."""
        self.get(f"/jobs/{job}/checkpoints", "POST", {})

    def stop(self, job: str, directory: str) -> str:
        """Ask for a stop with a savepoint below a directory; gives the request's id."""
        asked = self.get(f"/jobs/{job}/stop", "POST", {"drain": False, "targetDirectory": directory})
        return str(asked["request-id"])

    def savepoint_state(self, job: str, request: str) -> dict[str, Any]:
        """How far a request for a savepoint is."""
        found: dict[str, Any] = self.get(f"/jobs/{job}/savepoints/{request}")
        return found

    def cancel(self, job: str) -> None:
        """Ask for an end without a savepoint."""
        self.get(f"/jobs/{job}?mode=cancel", "PATCH", {})

    def get(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """Any request; gives the JSON of the answer."""
        data = None if body is None else json.dumps(body).encode()
        url = f"http://{self.address}{path}"
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        try:
            # No proxy: the address is a cluster's own, often this machine.
            with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            with error:
                raise Refusal(_errors(error)) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(str(getattr(error, "reason", error))) from None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def unreachable(address: str, error: Unreachable) -> SqlfeatError:
    """SF0809: no Flink cluster at the address."""
    return SqlfeatError(
        Diagnostic(
            "SF0809",
            f"no Flink cluster answers at `{address}`: {error}",
            help="start it, or check `--cluster` and `stream: {cluster:}` of the target in project.yml",
        )
    )


def _errors(error: urllib.error.HTTPError) -> str:
    try:
        return " ".join(json.loads(error.read())["errors"])
    except (OSError, ValueError, KeyError, TypeError):
        return str(error)


def _values(metrics: Any, key: str) -> dict[str, float]:
    return {metric["id"]: _number(metric.get(key)) for metric in metrics}


def _number(value: Any) -> float:
    """Flink writes numbers as text, and some as NaN."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
