"""Opening the online store of a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.project.config import OnlineTarget
    from sqlfeat.stores.protocol import OnlineStore


def open_store(target: OnlineTarget, project_root: Path, project_name: str) -> OnlineStore:
    """The online store of a target; nothing is contacted or created yet (see `OnlineStore.ping`)."""
    if target.type == "redis":
        from sqlfeat.stores.redis import RedisStore

        return RedisStore(target.url, project_name)
    if target.type == "sqlite":
        from sqlfeat.stores.sqlite import SqliteStore

        return SqliteStore(project_root / target.path, project_name)
    raise ValueError(f"online store type `{target.type}` passed the check of project.yml but has no store")
