"""What is wrong with a written value, in words for people: what it was, where, and what to write instead."""

import re
from collections.abc import Mapping
from typing import Any, cast

from pydantic_core import ErrorDetails

from understudy.errors import nearest
from understudy.schema.spec import Spec

__all__ = ["advice", "complaint", "gravest", "short"]

_KEY = "[key]"  # how pydantic says that a name is meant, not what stands behind it
_ADVICE = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "string": "text, in quotes where it looks like something else",
    "tuple": "a list, as in [a, b]",
    "list": "a list, as in [a, b]",
}
_MEANT = {
    **dict.fromkeys(("min", "minimum", "lowest", "lower", "ge"), "low"),
    **dict.fromkeys(("max", "maximum", "highest", "upper", "le"), "high"),
    **dict.fromkeys(("categories", "values", "options", "enum", "choices"), "levels"),
    **dict.fromkeys(("timezone", "tz", "zone"), "time_zone"),
}
"""Names that other tools give to fields."""
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def gravest(errors: list[ErrorDetails]) -> ErrorDetails:
    """Choose the error to tell: a name that does not exist explains why another one is missing."""
    return next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])


def complaint(kind: type[Spec], error: ErrorDetails) -> str:  # noqa: PLR0911 - one answer for each error
    """Say what is wrong with a value of the Spec ``kind``."""
    shape = kind.model_json_schema()
    place = _place(error["loc"], shape)
    name = str(error["loc"][-1]) if error["loc"] else "it"
    got = short(error["input"])
    if error["loc"][-1:] == (_KEY,) or error["type"] == "invalid_key":
        above = _place(error["loc"][: -2 if error["loc"][-1] == _KEY else -1], shape)
        return f"a name in {above!r} cannot be {got}. Put it in quotes."
    context: Mapping[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            fields, of = _fields(error["loc"][:-1], shape)
            meant = f" Did you mean {_MEANT[name]!r}?" if _MEANT.get(name) in fields else nearest(name, fields)
            return f"there is no field {place!r}.{meant or ' Remove it.'}{of}"
        case "missing":
            return f"the field {place!r} is missing. Add it."
        case "value_error":
            return f"{error['msg'].removeprefix('Value error, ').rstrip('.')}."
        case "union_tag_invalid" | "union_tag_not_found":
            kinds = re.findall(r"'(\w+)'", context.get("expected_tags", "")) or _kinds(shape)
            tag = context.get("tag")
            what = f"cannot be of the kind {tag!r}" if tag else f"cannot be {got}, which names no kind"
            return f"{place!r} {what}.{nearest(tag or '', kinds)} The kinds are {', '.join(kinds)}."
        case "literal_error":
            choices = re.findall(r"'([^']*)'", context["expected"])
            return f"{place!r} cannot be {got}.{nearest(str(error['input']), choices)} Write {_any_of(choices)}."
        case _:
            return f"{place!r} cannot be {got}. {advice(error, shape)}."


def advice(error: ErrorDetails, shape: Mapping[str, Any]) -> str:
    """Say what to give instead; ``shape`` is the JSON schema of what the value is part of."""
    what, context = error["type"], error.get("ctx", {})
    if what in _BOUNDS:
        bound, words = _BOUNDS[what]
        return f"Give {words} {context[bound]:{',' if isinstance(context[bound], int) else 'g'}}"
    if what == "string_unicode":
        return "Give a name that is text in UTF-8"
    if what == "string_pattern_mismatch" and "\0" in str(error["input"]):
        return "Leave out the zero character"
    if what == "string_too_short":
        return "Give some text, or leave the field out"
    if what in {"model_type", "model_attributes_type", "dict_type"}:
        part = shape.get("$defs", {}).get(context.get("class_name", ""), {})
        fields = part.get("required") or list(part.get("properties", ["field"]))[:1]
        return f"Give its fields, as in {{{', '.join(f'{field}: ...' for field in fields)}}}"
    kind = _ADVICE.get(what.partition("_")[0])
    return f"Give {kind}" if kind else error["msg"].rstrip(".")


def _place(loc: tuple[int | str, ...], shape: dict[str, Any]) -> str:
    """Give the path of names in the document: pydantic adds the kinds of a union, which nobody wrote."""
    kinds = _kinds(shape)
    parts = [
        f"[{part}]" if isinstance(part, int) else f".{part}"
        for i, part in enumerate(loc)
        if not (part in kinds and i >= 2) and str(part).strip()  # noqa: PLR2004 - after "columns" and the column's name
    ]
    return "".join(parts).removeprefix(".")


def _any_of(choices: list[str]) -> str:
    *first, last = choices
    return f"{', '.join(first)} or {last}" if first else last


def short(value: object) -> str:
    """Give a value as a sentence shows it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - keeps the sentence on one line


def _fields(loc: tuple[int | str, ...], shape: dict[str, Any]) -> tuple[list[str], str]:
    """Give the fields of the part at ``loc``, and a sentence that lists them where it is one of several kinds."""
    part: Mapping[str, Any] = shape
    for step in loc:
        part = _deeper(part, step, shape)
    fields = list(part.get("properties", {}))
    kind = part.get("properties", {}).get("kind", {}).get("const")
    others = [field for field in fields if field != "kind"]
    if kind is None:
        return fields, ""
    listing = f"the fields {', '.join(others)}" if others else "no other field"
    return fields, f" The kind {kind} has {listing}."


def _deeper(part: Mapping[str, Any], step: int | str, shape: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow one step of a place into a JSON schema; nothing where it leads nowhere."""
    kinds = part.get("discriminator", {}).get("mapping", {})
    inner: Any = {"$ref": kinds[step]} if step in kinds else part.get("properties", {}).get(step)
    inner = inner or part.get("additionalProperties") or part.get("items") or {}
    for _ in range(2):  # a choice between nothing and a reference
        one = next((one for one in inner.get("anyOf", ()) if one.get("type") != "null"), inner)
        inner = shape.get("$defs", {}).get(str(one.get("$ref", "")).rpartition("/")[2], one)
    return inner


def _kinds(value: object) -> list[str]:
    """Give the kinds of the first union in a JSON schema that tells them apart by a field."""
    if isinstance(value, dict):
        tree = cast("dict[str, Any]", value)
        if isinstance(tree.get("discriminator"), dict):
            return list(tree["discriminator"].get("mapping", {}))
        return next((kinds for part in tree.values() if (kinds := _kinds(part))), [])
    return []
