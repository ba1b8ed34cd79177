"""Java that py4j cannot call by itself: classes out of jars that are loaded more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def call(gateway: Any, target: Any, name: str, argument: tuple[str, Any] | None = None, class_: Any = None) -> Any:
    """Call a method of an object, or a static one of a class, by Java's reflection.

    py4j keeps methods by the name of their class, and here that comes from another loader every time.

    Args:
        gateway: to the Java that has the class.
        target: the object; None for a static method.
        name: of the method.
        argument: the name of the declared class of its only argument, and the value.
        class_: of the method, if it is not that of the object.
    """
    lang = gateway.jvm.java.lang
    types = [lang.Class.forName(argument[0])] if argument else []
    method = (class_ or target.getClass()).getMethod(name, array(gateway, lang.Class, types))
    return method.invoke(target, array(gateway, lang.Object, [argument[1]] if argument else []))


def array(gateway: Any, kind: Any, items: Sequence[Any]) -> Any:
    """A Java array of a class."""
    made = gateway.new_array(kind, len(items))
    for index, item in enumerate(items):
        made[index] = item
    return made
