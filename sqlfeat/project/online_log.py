"""`log:` of an online store: the topic that its rows are also written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlfeat.project.config import OnlineLog
from sqlfeat.project.streams import read_properties, refuse_topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlfeat.diagnostics.model import Span
    from sqlfeat.project.block import Block

_TEMPLATE = "{{"


def read_log(online: Block, render: Callable[[str, Span, Block], str], *, brokers_known: bool) -> OnlineLog | None:
    """The log of an online store; None when there is none.

    Args:
        online: `online:` of a target.
        render: renders a value; leaves it as it is where the target is not the one to run in.
        brokers_known: the target names brokers.
    """
    block = online.block("log", "`log`")
    if block is None:
        return None
    block.choice("connector", ("kafka",))
    topic, brokers = block.located("topic", required=True), block.located("brokers")
    if not brokers and not brokers_known:
        hint = "or name those of the target, for its streams and its log: `kafka: {brokers: localhost:9092}`"
        block.file.problem("SF0107", "`log` needs `brokers`, for its target names none", block.span, hint=hint)
    properties = read_properties(block)
    block.close({"path": "a topic is named by `topic`", "format": "the messages of a log are JSON"})
    name = render(topic.value, topic.span, block) if topic else ""
    if topic and _TEMPLATE not in name:
        refuse_topic(block, name, topic.span)
    return OnlineLog(name, render(brokers.value, brokers.span, block) if brokers else "", properties)
