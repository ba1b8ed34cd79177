"""sqlfeat: a feature written once as SQL windows, live on Flink and over history on DuckDB with the same answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlfeat.facade import Project

__all__ = ["Project", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Lazily: engines and dialects import `sqlfeat.x.y`, and must not pay for the whole package.
    if name == "Project":
        from sqlfeat.facade import Project

        return Project
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
