"""Break models for as long as one likes: `python -m tests.fuzz.run_broken_sql 20000 --seed 7`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.test_broken_sql import broken, problem_with


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--show", type=int, default=2, help="examples of each kind of problem")
    options = parser.parse_args()
    kinds: Counter[str] = Counter()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for victim, sql in broken(Path(folder), options.count, options.seed):
            problem = problem_with(victim, sql)
            if problem is None:
                continue
            kind = problem.strip().splitlines()[-1][:90] if "Traceback" in problem else problem.splitlines()[0][:90]
            kinds[kind] += 1
            if kinds[kind] <= options.show:
                print(f"=== {victim.name}: {problem}\n--- {sql[:2000]}\n")
    print(f"{options.count} mutants, {time.perf_counter() - started:.0f} s")
    for kind, count in kinds.most_common():
        print(f"{count:6} {kind}")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
