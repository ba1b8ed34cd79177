from __future__ import annotations

from sqlfeat.language.expr import Call, Column, walk
from sqlfeat.language.registry import OPERATIONS
from sqlfeat.language.types import BIGINT, DOUBLE
from sqlfeat.plan.expand import expand_expr
from sqlfeat.plan.hoist import Expander, weight

X, N = Column("x", DOUBLE), Column("n", BIGINT)


def call(name, *args):
    typed = OPERATIONS[name].typing(args)
    return Call(name, typed.args, typed.type, typed.nullable)


def nested(name, depth):
    expr = X
    for _ in range(depth):
        expr = call(name, expr)
    return expr


def size(expr):
    steps, result = expand_expr(expr)
    return weight(result) + sum(weight(value) for step in steps for _, value in step)


def test_nesting_grows_by_a_constant():
    one, two, ten = (size(nested("EXP", depth)) for depth in (1, 2, 10))
    assert ten - two == 8 * (two - one)


def test_each_step_is_over_earlier_ones():
    steps, result = expand_expr(call("LN", call("EXP", X)))
    known = {"x"}
    for step in steps:
        for _, value in step:
            assert {node.name for node in walk(value) if isinstance(node, Column)} <= known
        known |= {name for name, _ in step}
    assert {node.name for node in walk(result) if isinstance(node, Column)} <= known


def test_equal_values_are_computed_once():
    expander = Expander()
    expander.expand(call("EXP", X))
    before = expander.steps()
    expander.expand(call("+", call("EXP", X), N))
    assert [name for step in expander.steps() for name, _ in step] == [name for step in before for name, _ in step]


def test_names_of_the_relation_are_left_alone():
    expander = Expander({"__v1", "__v3"})
    expander.expand(call("EXP", X))
    names = [name for step in expander.steps() for name, _ in step]
    assert {"__v1", "__v3"} & set(names) == set()
    assert len(names) == len(set(names))


def test_what_is_light_is_repeated():
    assert expand_expr(call("BETWEEN", call("+", N, N), N, N))[0] == ()


def test_a_long_chain_of_arithmetic_is_checked_once():
    chain = X
    for _ in range(20):
        chain = call("*", chain, X)
    (step,), result = expand_expr(chain)
    assert len(step) == 1
    assert isinstance(result, Call)
    assert result.op == "FINITE"
