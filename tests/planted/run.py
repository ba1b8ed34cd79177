"""Plants one bug at a time in the compiler, and counts how many the fast tests catch: `make plant EACH=2 SEED=7`.

python -m tests.planted.run                                a sample of all rooms
python -m tests.planted.run --each 3 --seed 7 lower/duckdb
python -m tests.planted.run --sample 100 --seed 7 plan/    so many of the room
python -m tests.planted.run --again                        only those that were not caught

A bug is a changed operator, constant or branch, or a call, condition or entry left out, in one function or table. It is
caught when a test fails that runs the changed line. Of the tests, those that compare SQL with SQL come last: a bug that
only they find is caught by the text. For what is written for Flink they come first, for that is all there is without
Flink; the rows are proved by the engine suite. Bugs that change nothing anybody could see are in equivalent.yml, each
with the reason. Verdicts are kept in target/planted.jsonl: what was judged before is not judged again while its file is
as it was, so a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

# Imported before a bug is planted; the package itself must not be, for every bug imports it anew.
import duckdb  # noqa: F401
import hypothesis  # noqa: F401
import jinja2  # noqa: F401
import pyarrow as pa  # noqa: F401
import sqlglot.dialects.duckdb
import sqlglot.optimizer  # noqa: F401
import yaml

from tests.planted.bugs import ROOT, Bug, bugs_of
from tests.planted.judge import TYPES, Verdict, judged_cold
from tests.planted.reach import REPOSITORY, recorded
from tests.planted.types import refused
from tests.planted.warm import Warm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCOPE = ("lower/**/*.py", "plan/*.py", "language/ops/*.py")
PROOFS = ("language/ops/array_proofs.py", "language/ops/cast_vectors.py")
"""Vectors, which prove and are not proved."""
KEPT = REPOSITORY / "target" / "planted.jsonl"
"""A line for each verdict."""
EQUIVALENT = Path(__file__).with_name("equivalent.yml")


def places() -> list[str]:
    """The files of the compiler that lower, plan and define."""
    paths = [path.relative_to(ROOT).as_posix() for pattern in SCOPE for path in sorted(ROOT.glob(pattern))]
    return [path for path in paths if path not in PROOFS]


def equivalents() -> dict[str, str]:
    """Why bugs change nothing, by their names."""
    return {
        f"{place} {bug}": why
        for place, bugs in yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")).items()
        for bug, why in bugs.items()
    }


def planted(wanted: Sequence[str]) -> list[Bug]:
    """Every bug of the files whose names have one of the parts."""
    return [bug for place in places() if not wanted or any(part in place for part in wanted) for bug in bugs_of(place)]


def chosen(bugs: Sequence[Bug], each: int, sample: int, seed: str) -> list[Bug]:
    """At most so many bugs of each function, and of all, in random order: a run that is stopped is a sample too.

    A bug keeps its place when others come or go.
    """
    found: Counter[tuple[str, str]] = Counter()
    picked: list[Bug] = []
    for bug in sorted(bugs, key=lambda bug: hashlib.sha256(f"{seed} {bug.name}".encode()).digest()):
        found[bug.place, bug.function] += 1
        if found[bug.place, bug.function] <= each:
            picked.append(bug)
    return picked[: sample or None]


class Kept:
    """The verdicts of this run and earlier ones, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._verdicts: dict[tuple[str, str], Verdict] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            one = json.loads(line)
            self._verdicts[one["bug"], one["file"]] = Verdict(one["by"], one["tests"])

    def get(self, bug: Bug) -> Verdict | None:
        """None if it was not judged, or in another state of its file."""
        return self._verdicts.get((bug.name, _digest(bug.place)))

    def add(self, bug: Bug, verdict: Verdict) -> None:
        line = {"bug": bug.name, "file": _digest(bug.place), "by": verdict.by, "tests": verdict.tests}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


@cache
def _digest(place: str) -> str:
    return hashlib.sha256((ROOT / place).read_bytes()).hexdigest()[:16]


class Count:
    """What became of the bugs, by file."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, bug: Bug, said: str) -> None:
        self._counts[bug.place][said] += 1

    def lines(self) -> Iterable[str]:
        """One for each file, each room, and all."""
        rooms: dict[str, Counter[str]] = defaultdict(Counter)
        for place, count in self._counts.items():
            yield _counted(place, count)
            rooms[place.rsplit("/", 1)[0] + "/"].update(count)
            rooms["all"].update(count)
        yield from (_counted(room, count) for room, count in sorted(rooms.items()))

    @property
    def missed(self) -> int:
        return sum(count["not caught"] for count in self._counts.values())


def _counted(name: str, count: Counter[str]) -> str:
    planted = sum(count.values()) - count["equivalent"]
    only = ", ".join(f"{count[f'{by} only']} only by the {by}" for by in ("text", "types"))
    caught = planted - count["not caught"]
    return f"{name}: {caught} of {planted} caught, {only}; {count['equivalent']} change nothing"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    reach, kept, known, count = recorded(stale=options.stale), Kept(KEPT), equivalents(), Count()
    bugs = planted(options.places)
    if options.again:
        bugs = [bug for bug in bugs if (earlier := kept.get(bug)) and earlier.said == "not caught"]
    else:
        bugs = chosen(bugs, options.each, options.sample, options.seed)
    print(f"seed {options.seed}: {len(bugs)} bugs", flush=True)
    warm = Warm()
    started = time.monotonic()
    for number, bug in enumerate(bugs):
        if time.monotonic() - started > 60 * options.minutes:
            print(f"out of time: {len(bugs) - number} bugs are left", flush=True)
            break
        verdict = None if options.again else kept.get(bug)
        if not verdict and not _is_python(bug):
            continue
        if bug.name in known:
            said = "equivalent"
        elif verdict:
            said = verdict.said
        else:
            tests = reach.of(bug)
            verdict = None if reach.on_import(bug) else warm.judged(bug, tests, options.seconds)
            verdict = verdict or judged_cold(bug, tests, options.seconds)
            if not verdict.by and refused(bug):
                verdict = Verdict(TYPES, verdict.tests)
            kept.add(bug, verdict)
            said = verdict.said
        count.add(bug, said)
        print(f"[{said}] {bug.name}{_detail(verdict, verbose=options.verbose)}", flush=True)
    warm.close()
    print("\n".join(count.lines()))
    return 1 if count.missed else 0


def _detail(verdict: Verdict | None, *, verbose: bool) -> str:
    if not verdict:
        return ""
    if not verdict.by:
        return f" ({verdict.tests} tests run it)"
    return f"\n    {verdict.by}" if verbose else ""


def _is_python(bug: Bug) -> bool:
    try:
        bug.code()
    except (SyntaxError, ValueError, TypeError):
        return False
    return True


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", help="parts of file names; everything if left out")
    parser.add_argument("--each", type=int, default=2, help="bugs of each function")
    parser.add_argument("--sample", type=int, default=0, help="so many of these, at random")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--seconds", type=float, default=10.0, help="of tests for a bug; after them only those of text")
    parser.add_argument("--minutes", type=float, default=120.0, help="stop planting then")
    parser.add_argument("--again", action="store_true", help="plant only what was not caught")
    parser.add_argument("--stale", action="store_true", help="take the recorded lines of tests of an earlier state")
    parser.add_argument("--verbose", action="store_true", help="say which test failed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
