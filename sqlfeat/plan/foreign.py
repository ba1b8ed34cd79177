"""What other systems write and the parser does not read, with what to write instead."""

from __future__ import annotations

import re

_FOREIGN = {
    r"\bWINDOW\s+(TUMBLING|HOPPING|SESSION)\b": "write FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) "
    "and GROUP BY window_start, window_end",
    r"\bSESSION\s+WITH\s+GAP\b": "write FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), "
    "INTERVAL '10' MINUTE)) and GROUP BY k, window_start, window_end",
    r"\bEMIT\s+(CHANGES|FINAL)\b": "drop EMIT: a feature view gives each row once, when it is complete",
    r"\bEXCLUDE\s+CURRENT_TIME\b": "write RANGE with EXCLUDE GROUP, which leaves out the event time of the row",
    r"\bwindow\s*\(": "write FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE)) and GROUP BY "
    "window_start, window_end",
    r"\bROWS_RANGE\b": "write RANGE BETWEEN INTERVAL '3' SECOND PRECEDING AND CURRENT ROW",
    r"\bLAST\s+JOIN\b|\bMATCH_CONDITION\b": "write ASOF LEFT JOIN r ON l.key = r.key AND l.ts >= r.ts",
    r"\bLT\s+JOIN\b": "write ASOF LEFT JOIN r ON l.key = r.key AND l.ts > r.ts",
    r"\bWITHIN\s+\(?\d": "write JOIN r ON l.key = r.key AND r.ts BETWEEN l.ts - INTERVAL '1' HOUR AND l.ts",
    r"\bWINDOW\s+\w+\s+AS\s*\(\s*UNION\b": "write UNION ALL in a subquery below the window",
    r"\bMATCH_RECOGNIZE\b": "patterns are not in the language; write LAG and conditions",
    r"\bJSON_OBJECT\s*\(": "write a column for each field; the online store holds them as JSON",
    r"\s!?~\*?\s": "write REGEXP_LIKE(s, 'pattern')",
    r"\bXOR\b": "write a <> b of two BOOLEANs",
    r"\bPOSITIONAL\s+JOIN\b": "rows of a stream have no positions; write ASOF LEFT JOIN or JOIN",
    r"\bOVER\s*\([^()]*\)\s*FILTER\b": "FILTER comes before OVER: SUM(x) FILTER (WHERE ...) OVER (...)",
}
"""What to write instead, by how it is found."""


def hint(sql: str) -> str:
    """What to write instead of what another system's SQL has; empty if nothing is known."""
    return next((remedy for pattern, remedy in _FOREIGN.items() if re.search(pattern, sql, re.IGNORECASE)), "")
