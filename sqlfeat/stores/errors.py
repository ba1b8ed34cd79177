"""The sentences of everything that can go wrong with an online store."""

from __future__ import annotations

import re

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError


def unreachable(where: str, reason: str, help_text: str) -> SqlfeatError:
    """SF0902. `where` must not contain a password."""
    message = f"the online store `{where}` cannot be reached: {reason}"
    return SqlfeatError(Diagnostic("SF0902", message, help=help_text))


def redis_missing() -> SqlfeatError:
    """SF0903."""
    return SqlfeatError(
        Diagnostic("SF0903", "the package `redis` is not installed", help="pip install 'sqlfeat[redis]'")
    )


def redact_url(url: str) -> str:
    """A URL without its password.

    >>> redact_url("redis://user:secret@host:6379/0")
    'redis://user:***@host:6379/0'
    """
    return re.sub(r"(://[^/@:]*):.*@", r"\1:***@", url)
