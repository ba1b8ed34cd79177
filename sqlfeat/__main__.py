"""`python -m sqlfeat`."""

from __future__ import annotations

from sqlfeat.cli.main import main

if __name__ == "__main__":
    main()
