"""Plants one bug at a time in the compiler, and counts how many the fast tests catch: `make plant EACH=2 SEED=7`.

python -m tests.planted.run                                a sample of all rooms
python -m tests.planted.run --each 3 --seed 7 lower/duckdb
python -m tests.planted.run --again report.txt             only those that an earlier report has not caught

A bug is a changed operator, constant or branch, or a call, condition or entry left out, in one function or table. It is
caught when a test fails that runs the changed line. Of the tests, those that compare SQL with SQL come last: a bug that
only they find is caught by the text, and for what is written for Flink that is all there is without Flink; the rows are
proved by the engine suite. Bugs that change nothing anybody could see are in equivalent.yml, each with the reason.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
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
from tests.planted.judge import judged
from tests.planted.reach import recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCOPE = ("lower/**/*.py", "plan/*.py", "language/ops/*.py")
PROOFS = ("language/ops/array_proofs.py", "language/ops/cast_vectors.py")
"""Vectors, which prove and are not proved."""
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


def chosen(wanted: Sequence[str], each: int, seed: str) -> list[Bug]:
    """At most so many bugs of each function."""
    picked: list[Bug] = []
    for place in places():
        if wanted and not any(part in place for part in wanted):
            continue
        by_function: dict[str, list[Bug]] = defaultdict(list)
        for bug in bugs_of(place):
            by_function[bug.function].append(bug)
        for name, bugs in by_function.items():
            picked += random.Random(f"{seed} {place} {name}").sample(bugs, min(each, len(bugs)))
    return picked


def again(report: Path) -> list[Bug]:
    """The bugs that a report has not caught."""
    lines = report.read_text(encoding="utf-8").splitlines()
    names = {line.split("] ", 1)[1] for line in lines if line.startswith(("[not caught", "[text only"))}
    return [bug for place in places() for bug in bugs_of(place) if bug.name in names]


class Count:
    """What became of the bugs, by file."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, bug: Bug, verdict: str) -> None:
        self._counts[bug.place][verdict] += 1

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
    caught, planted = count["caught"] + count["text only"], sum(count.values()) - count["equivalent"]
    return (
        f"{name}: {caught} of {planted} caught, {count['text only']} of them only by the text; "
        f"{count['equivalent']} change nothing"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    reach, known, count = recorded(stale=options.stale), equivalents(), Count()
    control = judged(None, reach.of(bugs_of("lower/steps.py")[0]))
    assert control.by == "", f"{control.by} fails without any bug"
    started = time.monotonic()
    bugs = again(options.again) if options.again else chosen(options.places, options.each, options.seed)
    bugs = bugs[options.skip :]
    print(f"seed {options.seed}, {options.each} of each function: {len(bugs)} bugs", flush=True)
    for number, bug in enumerate(bugs, options.skip):
        if time.monotonic() - started > 60 * options.minutes:
            print(f"out of time; the next would be number {number}", flush=True)
            break
        if bug.name in known:
            count.add(bug, "equivalent")
            print(f"[equivalent] {bug.name}", flush=True)
            continue
        try:
            bug.code()
        except (SyntaxError, ValueError, TypeError):
            continue
        verdict = judged(bug, reach.of(bug))
        said = "not caught" if not verdict.by else "text only" if verdict.text else "caught"
        count.add(bug, said)
        detail = f" by {verdict.tests} tests" if said == "not caught" else ""
        print(f"[{said}{detail}] {bug.name}", flush=True)
        if options.verbose and verdict.by:
            print(f"    {verdict.by}", flush=True)
    print("\n".join(count.lines()))
    return 1 if count.missed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", help="parts of file names; everything if left out")
    parser.add_argument("--each", type=int, default=2, help="bugs of each function")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--minutes", type=float, default=120.0, help="stop planting then")
    parser.add_argument("--skip", type=int, default=0, help="bugs at the start, planted earlier")
    parser.add_argument("--again", type=Path, help="a report: plant only what it has not caught")
    parser.add_argument("--stale", action="store_true", help="take the recorded lines of tests of an earlier state")
    parser.add_argument("--verbose", action="store_true", help="say which test failed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
