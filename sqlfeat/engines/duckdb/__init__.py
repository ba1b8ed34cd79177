"""DuckDB, in this process: history read, programs run, results left in tables of one connection."""
