"""`targets:` of project.yml: the places to run in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.project.config import KafkaTarget, OnlineTarget, StreamTarget, Target
from sqlfeat.project.lateness import read_late
from sqlfeat.project.online_log import read_log
from sqlfeat.project.streams import is_secret, read_options, refuse_secret
from sqlfeat.stores.redis_url import parse_redis_url

if TYPE_CHECKING:
    from sqlfeat.diagnostics.model import Span
    from sqlfeat.project.block import Block
    from sqlfeat.project.yaml_file import Render

# A project that declares no target, or no stores, works at once: both stores are plain files.
_DEFAULT_NAME = "dev"
_DEFAULT_ONLINE = OnlineTarget("sqlite", path="data/online.db")
_DEFAULT_OFFLINE = "data/offline"
_DEFAULT_PARALLELISM = 2


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets of a project.

    Attributes:
        default: name of the one to run in when none is named; empty when there is none such.
        chosen: name of the one to run in.
    """

    by_name: dict[str, Target]
    default: str
    chosen: str


def read_targets(top: Block, wanted: str | None, render: Render) -> Targets:
    """Read `targets:`.

    Args:
        top: the whole of project.yml.
        wanted: name of the target to run in, None for the default one; the templates of that one are rendered, those
            of the others stay as written, so that what is set only in production is not missed elsewhere.
        render: renders a value.
    """
    if top.node("targets") is None:
        only = Target(_DEFAULT_NAME, _DEFAULT_ONLINE, _DEFAULT_OFFLINE, _DEFAULT_PARALLELISM)
        targets = Targets({_DEFAULT_NAME: only}, _DEFAULT_NAME, wanted or _DEFAULT_NAME)
    else:
        targets = _read_declared(top, wanted, render)
    if not targets.chosen and targets.by_name:
        _no_default(top, targets)
    elif targets.by_name and targets.chosen not in targets.by_name:
        _unknown(top, targets)
    return targets


def _read_declared(top: Block, wanted: str | None, render: Render) -> Targets:
    named = top.named_blocks("targets", "a target")
    marked = [name for name, block in named if block.flag("default")]
    _refuse_two_defaults(named, marked)
    default = marked[0] if marked else named[0][0] if len(named) == 1 else ""
    chosen = wanted or default
    targets = {name: _TargetReader(block, render if name == chosen else None).read(name) for name, block in named}
    return Targets(targets, default, chosen)


def _no_default(top: Block, targets: Targets) -> None:
    top.file.problem(
        "SF0113",
        "none of several targets is the default",
        top.key_span("targets"),
        notes=(f"targets: {', '.join(targets.by_name)}",),
        hint="mark one with `default: true`, or name one with --target",
    )


def _unknown(top: Block, targets: Targets) -> None:
    question = did_you_mean(targets.chosen, targets.by_name)
    top.file.problems.append(
        Diagnostic(
            "SF0113",
            f"there is no target `{targets.chosen}`",
            notes=(*((question,) if question else ()), f"targets: {', '.join(targets.by_name)}"),
            help="name one of them with --target, or declare it under `targets:` in project.yml",
        )
    )


def _refuse_two_defaults(named: list[tuple[str, Block]], marked: list[str]) -> None:
    for name, block in named:
        if name in marked[1:]:
            message = f"targets `{marked[0]}` and `{name}` are both the default"
            block.file.problem("SF0113", message, block.key_span("default"), hint="keep `default: true` on one")


@dataclass(frozen=True, slots=True)
class _TargetReader:
    """Reads one target; `render` is None when it is not the one to run in."""

    block: Block
    render: Render | None

    def read(self, name: str) -> Target:
        """The target."""
        late = read_late(self.block)
        kafka = self._kafka()
        target = Target(name, self._online(kafka), self._offline(), *self._stream(), late, kafka)
        self.block.close()
        return target

    def _online(self, kafka: KafkaTarget) -> OnlineTarget:
        block = self.block.block("online", "`online`")
        if block is None:
            return _DEFAULT_ONLINE
        kind = block.choice("type", ("sqlite", "redis"))
        if not kind:
            return _DEFAULT_ONLINE  # reported; which other keys belong here cannot be told
        path = self._value(block, "path") if kind != "redis" else ""
        url = self._url(block) if kind != "sqlite" else ""
        ttl_ms = block.duration("ttl")
        log = read_log(block, self._rendered, brokers_known=bool(kafka.brokers))
        block.close({"path": "a Redis has a `url`", "url": "SQLite has a `path`"})
        return OnlineTarget(kind, path, url, ttl_ms, log)

    def _url(self, block: Block) -> str:
        url = self._value(block, "url")
        # The value itself is not shown: it may hold a password.
        # What is rendered for another target only is not known here.
        if url and "{{" not in url:
            try:
                parse_redis_url(url)
            except ValueError as error:
                hint = "for example `redis://127.0.0.1:6379/0`, or `rediss://...` for TLS"
                block.file.problem("SF0108", str(error), block.key_span("url"), hint=hint)
        return url

    def _offline(self) -> str:
        block = self.block.block("offline", "`offline`")
        if block is None:
            return _DEFAULT_OFFLINE
        block.choice("type", ("parquet",), "parquet")
        path = self._value(block, "path")
        block.close()
        return path

    def _stream(self) -> tuple[int, StreamTarget]:
        block = self.block.block("stream", "`stream`")
        if block is None:
            return _DEFAULT_PARALLELISM, StreamTarget()
        parallelism = block.integer("parallelism", _DEFAULT_PARALLELISM, 1)
        standard = StreamTarget()
        stream = StreamTarget(
            checkpoint_ms=block.duration("checkpoint_interval", standard.checkpoint_ms),
            state_path=self._optional(block, "state") or standard.state_path,
            cluster=self._optional(block, "cluster"),
            metrics_port=block.integer("metrics_port", 0, 0),
            flink=read_options(block, "flink"),
        )
        block.close()
        return parallelism, stream

    def _kafka(self) -> KafkaTarget:
        block = self.block.block("kafka", "`kafka`")
        if block is None:
            return KafkaTarget()
        brokers = self._optional(block, "brokers")
        written = read_options(block, "properties")
        templates = tuple(name for name, value in written if "{{" in value)
        for name, _ in written:
            if is_secret(name) and name not in templates:
                refuse_secret(block, name)
        place = block.span_of("properties")
        block.close()
        return KafkaTarget(brokers, tuple((n, self._rendered(v, place, block)) for n, v in written), templates)

    def _optional(self, block: Block, key: str) -> str:
        return self._value(block, key) if block.node(key) is not None else ""

    def _value(self, block: Block, key: str) -> str:
        written = block.located(key, required=True)
        if written is None:
            return ""
        return self._rendered(written.value, written.span, block)

    def _rendered(self, text: str, span: Span, block: Block) -> str:
        return self.render(text, span, block.file.problems) if self.render else text
