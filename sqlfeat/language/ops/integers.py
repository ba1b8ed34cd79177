"""What is known of the size of whole numbers."""

from __future__ import annotations

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.ops.arithmetic import is_small


def fits_int(value: Expr) -> bool:
    """Whether the numbers have 32 bits, as far as the expression tells."""
    if isinstance(value, Call) and value.op == "CASE":
        return all(fits_int(branch) for branch in (*value.args[1::2], value.args[-1]))
    return is_small(value) or (isinstance(value, Literal) and value.value is None)
