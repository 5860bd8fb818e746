"""A report as JSON: every number of the page, under keys that stay.

``format`` goes up when a key changes its meaning or goes away; new keys may come without it.
"""

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy.report.report import Report

__all__ = ["FORMAT", "dump_json", "render_json"]

FORMAT = 1
"""Version of the keys."""


def render_json(report: "Report") -> str:
    """Give the report as JSON text: two spaces, keys in the order of the page, no NaN (null instead)."""
    content: dict[str, Any] = {"format": FORMAT, **asdict(report)}
    content["questions"] = {question["name"]: _question(question) for question in content["questions"]}
    return dump_json(content)


def dump_json(content: dict[str, Any]) -> str:
    """Write values as JSON text: two spaces, 9 digits, no NaN (null instead)."""
    return json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _question(question: dict[str, Any]) -> dict[str, Any]:
    scores = {score["name"]: {k: v for k, v in score.items() if k != "name"} for score in question["scores"]}
    return {**{k: v for k, v in question.items() if k not in {"name", "scores"}}, "scores": scores}


def _plain(value: Any) -> Any:  # noqa: ANN401 - walks JSON values of any depth
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        # 9 digits are more than any estimate here carries, and keep the file small.
        return float(f"{value:.9g}") if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    return str(value)
