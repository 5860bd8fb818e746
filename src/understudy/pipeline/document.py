"""Specs as YAML documents, whose errors name the line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import ValidationError

from understudy.errors import InputError
from understudy.pipeline.complaint import complaint, gravest, short
from understudy.schema.spec import Spec

__all__ = ["check", "dump", "load"]

S = TypeVar("S", bound=Spec)
_KINDS = {"int": "whole number that can be read", "float": "number", "bool": "switch", "timestamp": "date"}
Comments = Mapping[tuple[str, ...], Sequence[str]]
"""Lines of comment above a key, by the path of the key."""


def load(path: Path, kind: type[S], what: str) -> S:
    """Read the Spec ``kind`` from the YAML file ``path``.

    Parameters
    ----------
    path : pathlib.Path
        File to read.
    kind : type of Spec
        What it describes.
    what : str
        What a user calls it, such as "recipe".

    Raises
    ------
    InputError
        If the file cannot be read, is not YAML, or does not describe a ``kind``; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_doubles(path, node)
        values = yaml.load(text, _Loader)  # noqa: S506 - a safe one
    except OSError as error:
        msg = f"The {what} {str(path)!r} cannot be read ({error.strerror}). Check its name."
        raise InputError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"The {what} {str(path)!r} is not text in UTF-8 (byte {error.start}). Save it as UTF-8."
        raise InputError(msg) from error
    except yaml.YAMLError as error:
        raise InputError(_syntax(path, error)) from error
    except RecursionError as error:
        msg = f"The {what} {str(path)!r} is nested too deeply. See README.md for an example."
        raise InputError(msg) from error
    if not isinstance(values, dict):
        msg = f"The {what} {str(path)!r} holds no `field: value` lines. See README.md for an example."
        raise InputError(msg)
    return check(kind, values, f"{str(path)!r}", node)


def check(kind: type[S], values: Mapping[str, Any], what: str, node: yaml.Node | None = None) -> S:
    """Make the Spec ``kind`` from ``values``; an error becomes one sentence about ``what``, with the line in ``node``.

    Raises
    ------
    InputError
        If the values do not fit.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        wrong = gravest(error.errors(include_url=False))
        line = _line(node, wrong["loc"])
        place = f"{what}, line {line}" if line else what
        msg = f"{place}: {complaint(kind, wrong)}"
        raise InputError(msg) from error


class _Loader(yaml.SafeLoader):
    """Names the line of a value that it cannot build."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - as yaml has it
        """Build a value; PyYAML lets through whatever int, float and the calendar raise, as for 2020-02-30."""
        try:
            return super().construct_object(node, deep)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        except (ValueError, AttributeError, LookupError) as error:
            kind = node.tag.rpartition(":")[2]
            problem = f"{short(node.value)} is no {_KINDS.get(kind, kind)}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from error


def dump(values: Mapping[str, Any], comments: Comments | None = None) -> str:
    """Write ``values`` as YAML: the first two levels in lines of their own, what is deeper in one line."""
    return "".join(_lines(values, comments or {}, ()))


def _lines(values: Mapping[str, Any], comments: Comments, path: tuple[str, ...]) -> list[str]:
    indent = "  " * len(path)
    lines: list[str] = []
    for key, value in values.items():
        here = (*path, key)
        lines += [f"{indent}# {comment}\n" for text in comments.get(here, ()) for comment in text.splitlines()]
        if isinstance(value, dict) and value and not path:
            lines.append(f"{indent}{_inline(key)}:\n")
            lines += _lines(cast("dict[str, Any]", value), comments, here)
        else:
            lines.append(f"{indent}{_inline(key)}: {_inline(value)}\n")
    return lines


def _inline(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**9)
    return text.removesuffix("\n").removesuffix("\n...")


def _syntax(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be read"
    place = f", line {mark.line + 1}" if mark else ""
    if isinstance(error, yaml.constructor.ConstructorError) and error.__cause__ is not None:
        return f"{str(path)!r}{place}: {problem}. Correct it, or put it in quotes where it is text."
    return f"{str(path)!r}{place}: this is not YAML ({problem}). Correct the line."


def _refuse_doubles(path: Path, node: yaml.Node | None) -> None:
    """YAML would keep the last of two equal keys and say nothing."""
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                msg = f"{str(path)!r}, line {line}: a name cannot be a list or a mapping. Write `field: value` lines."
                raise InputError(msg)
            if key.value in seen:
                msg = f"{str(path)!r}, line {line}: {key.value!r} is there twice (first in line {seen[key.value]})."
                raise InputError(msg)
            seen[key.value] = line
            _refuse_doubles(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_doubles(path, item)


def _line(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int | None:
    """Give the line of the deepest part of ``loc`` that the document has; unions add parts that it has not."""
    if node is None:
        return None
    line = node.start_mark.line + 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    line, node = key.start_mark.line + 1, value
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = cast("yaml.Node", node).start_mark.line + 1
    return line
