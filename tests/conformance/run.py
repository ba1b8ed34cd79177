"""Run vectors, or random arguments, by hand.

python -m tests.conformance.run                        every vector on DuckDB
python -m tests.conformance.run --flink strings        a family on both engines
python -m tests.conformance.run --flink LPAD REPEAT    some operations
python -m tests.conformance.run --fuzz 200 --seed 7 strings
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conformance.cases import BadVector, groups_of, subjects, with_constants
from tests.conformance.duckdb_engine import DuckdbEngine
from tests.conformance.flink_engine import FlinkEngine
from tests.conformance.fuzz import fuzzed
from tests.conformance.rows import against_each_other, against_expectation, write_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conformance.cases import Group


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="families, operations, CAST or TRY_CAST; everything if left out")
    parser.add_argument("--flink", action="store_true", help="on Flink too")
    parser.add_argument(
        "--fuzz", type=int, default=0, metavar="N", help="N random arguments of each signature, engines compared"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sql", action="store_true", help="print the statements")
    parser.add_argument("--limit", type=int, default=0, help="show at most this many findings of each operation")
    options = parser.parse_args(arguments)
    wanted = {name.upper() for name in options.names}
    chosen = [
        (s, with_constants(v))
        for s, v in subjects()
        if not wanted or {s.name.upper(), s.family.upper(), str(s).upper()} & wanted
    ]
    if options.fuzz:
        chosen = [fuzzed(subject, vectors, options.fuzz, options.seed) for subject, vectors in chosen]
    groups = _groups(chosen)
    with tempfile.TemporaryDirectory() as folder:
        return _run(groups, options, Path(folder))


def _groups(chosen) -> list[Group]:
    usable = []
    for subject, vectors in chosen:
        try:
            groups_of([(subject, vectors)])
        except (BadVector, ValueError) as error:
            print(f"language: {error}")
        else:
            usable.append((subject, vectors))
    return groups_of(usable)


def _run(groups: list[Group], options: argparse.Namespace, folder: Path) -> int:
    rows = folder / "rows.jsonl"
    write_rows(groups, rows)
    started = time.perf_counter()
    duckdb_engine = DuckdbEngine(rows)
    duckdb = duckdb_engine.run(groups)
    findings = [] if options.fuzz else list(against_expectation("duckdb", groups, duckdb))
    seconds = f"DuckDB {time.perf_counter() - started:.1f} s"
    if options.flink or options.fuzz:
        started = time.perf_counter()
        flink_engine = FlinkEngine(rows, folder, folder / "flink.log")
        flink = flink_engine.run(groups)
        seconds += f", Flink {time.perf_counter() - started:.1f} s"
        if options.fuzz:
            findings = list(against_each_other(groups, duckdb, flink))
        else:
            findings += against_expectation("flink", groups, flink)
    if options.sql:
        for group in groups:
            print(f"-- {group.describe(group.cases[0])}\n{duckdb_engine.query(group)}")
            if options.flink or options.fuzz:
                print(flink_engine.query(group))
    shown: dict[str, int] = {}
    for group, text in findings:
        name = str(group.subject)
        shown[name] = shown.get(name, 0) + 1
        if not options.limit or shown[name] <= options.limit:
            print(text)
    cases = sum(len(group.cases) for group in groups)
    print(
        f"{len({g.subject for g in groups})} operations, {cases} cases, {len(findings)} findings; {seconds}",
        file=sys.stderr,
    )
    for name, count in shown.items():
        print(f"  {name}: {count}", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
