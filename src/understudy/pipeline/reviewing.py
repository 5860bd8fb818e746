"""Blind review: records, real and synthetic, for someone who knows the field; and what the answers say."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError
from scipy.stats import binomtest

from understudy.data.typed import unparse
from understudy.errors import InputError
from understudy.metrics.tabular._intervals import shares_apart
from understudy.pipeline.judging import read_alike
from understudy.pipeline.library import Data, Options, open_data
from understudy.report.review import Record, render_review
from understudy.schema.spec import Spec
from understudy.store.workspace import new_file

__all__ = ["Answer", "Answers", "Key", "Outcome", "make_review", "score_review"]

_FEWEST = 2
_MOST = 500
_BYTES = 20_000_000  # of a file with answers or with the key


class Answer(Spec):
    """What was said of one record."""

    record: int = Field(ge=1)
    """Its number on the page."""
    guess: Literal["real", "synthetic"] | None = None
    """What it was taken for."""
    plausible: bool | None = None
    """Whether it could be."""
    note: str = ""
    """Why."""


class Answers(Spec):
    """A page, filled in."""

    review: str
    """Which page it was."""
    answers: tuple[Answer, ...]
    """What was said."""


class Key(Spec):
    """Which records were which; not for who reviews."""

    review: str
    """Which page it belongs to."""
    seed: int
    """What made the page."""
    synthetic: dict[int, dict[str, str]]
    """The synthetic records by their number, as they were shown."""
    records: int
    """How many were shown."""


class Outcome(Spec):
    """What the answers say.

    The interval of the share of right guesses is exact (Clopper-Pearson); guesses of several people count together,
    although they saw the same records.
    """

    reviewers: int
    """Files with answers."""
    guesses: int
    """Records that somebody took for real or synthetic."""
    right: int
    """Guesses that were right."""
    rate: float | None
    """Share of right guesses; 0.5 is guessing."""
    interval: tuple[float, float] | None
    """95 % interval of it."""
    p: float | None
    """Chance of as many right guesses, or more, by guessing."""
    implausible_real: tuple[int, int]
    """Real records called implausible, and those judged."""
    implausible_synthetic: tuple[int, int]
    """Synthetic records called implausible, and those judged."""
    implausible_more: tuple[float, float] | None
    """95 % interval of the share of synthetic records called implausible, less that of real ones."""
    implausible: tuple[dict[str, Any], ...]
    """Synthetic records called implausible: number, values, notes."""


def make_review(real: Data, synthetic: Data, out: Path, n: int, options: Options) -> Path:
    """Write a page with ``n`` records, half of them synthetic, in random order; give the path of its key.

    The page does not hold the answers: they are in a second file beside it, which stays with who asks. Real records
    are shown as they are, so that the page is as confidential as the real table.

    Raises
    ------
    UnderstudyError
        If the tables cannot be used or differ, or hold too few rows; if a file cannot be written.
    """
    if not _FEWEST <= n <= _MOST:
        msg = f"A review of {n} records cannot be made. Give from {_FEWEST} to {_MOST}."
        raise InputError(msg)
    recipe = options.recipe()
    run = options.run(recipe)
    raws = {
        what: open_data(data, run.child("read", what))[0] for what, data in (("real", real), ("synthetic", synthetic))
    }
    tables, _ = read_alike(raws, options.table_schema(), run)
    sizes = {"real": n - n // 2, "synthetic": n // 2}
    shown: list[tuple[str, dict[str, str]]] = []
    for what, size in sizes.items():
        if tables[what].n_rows < size:
            msg = f"The {what} table has {tables[what].n_rows} rows where {size} are shown. Ask for fewer records."
            raise InputError(msg)
        rows = unparse(tables[what])
        places = np.sort(run.child("review", what).rng.choice(rows.height, size, replace=False))
        shown += [(what, _as_text(row)) for row in rows[places].to_dicts()]
    order = run.child("review", "order").rng.permutation(n)
    name = f"{recipe.seed:x}-{n}"
    records = tuple(Record(k + 1, shown[i][1]) for k, i in enumerate(order))
    known = {k + 1: shown[i][1] for k, i in enumerate(order) if shown[i][0] == "synthetic"}
    key = Key(review=name, seed=recipe.seed, synthetic=known, records=n)
    beside = out.with_suffix(".key.json")
    with new_file(beside) as work, new_file(out) as page:
        work.write_text(key.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
        page.write_text(render_review(name, records), encoding="utf-8", newline="\n")
    return beside


def score_review(answers: Sequence[Path], key: Path) -> Outcome:
    """Compare answers with the truth.

    Raises
    ------
    InputError
        If a file cannot be read, is none, or belongs to another page.
    """
    truth = _read(key, Key, "key")
    filled = [_read(path, Answers, "file with answers") for path in answers]
    said: list[Answer] = []
    for path, page in zip(answers, filled, strict=True):
        if page.review != truth.review:
            msg = f"{str(path)!r} answers the review {page.review!r}; the key is of {truth.review!r}. Give its own key."
            raise InputError(msg)
        wrong = next((answer.record for answer in page.answers if answer.record > truth.records), None)
        if wrong is not None or len({answer.record for answer in page.answers}) < len(page.answers):
            what = f"record {wrong} of {truth.records}" if wrong else "one record twice"
            msg = f"{str(path)!r} answers {what}. Save the answers from the page again."
            raise InputError(msg)
        said += page.answers
    guesses = [answer for answer in said if answer.guess is not None]
    right = sum((answer.guess == "synthetic") == (answer.record in truth.synthetic) for answer in guesses)
    test = binomtest(right, len(guesses), 0.5, "greater") if guesses else None
    exact = binomtest(right, len(guesses)).proportion_ci(method="exact") if guesses else None
    judged = {
        side: [a for a in said if a.plausible is not None and (a.record in truth.synthetic) == side]
        for side in (False, True)
    }
    odd = {side: sum(not answer.plausible for answer in judged[side]) for side in judged}
    both = judged[True] and judged[False]
    return Outcome(
        reviewers=len(filled),
        guesses=len(guesses),
        right=right,
        rate=right / len(guesses) if guesses else None,
        interval=(float(exact.low), float(exact.high)) if exact else None,
        p=float(test.pvalue) if test else None,
        implausible_real=(odd[False], len(judged[False])),
        implausible_synthetic=(odd[True], len(judged[True])),
        implausible_more=shares_apart(odd[True], len(judged[True]), odd[False], len(judged[False])) if both else None,
        implausible=tuple(
            {
                "record": number,
                "values": values,
                "notes": [a.note for a in judged[True] if a.record == number and not a.plausible and a.note],
            }
            for number, values in sorted(truth.synthetic.items())
            if any(a.record == number and not a.plausible for a in judged[True])
        ),
    )


def _as_text(row: dict[str, object]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def _read(path: Path, kind: type[Any], what: str) -> Any:  # noqa: ANN401 - a value of the kind
    try:
        if path.stat().st_size > _BYTES:
            msg = f"The {what} {str(path)!r} is longer than any page makes it. Give the file that the page saved."
            raise InputError(msg)
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        msg = f"The {what} {str(path)!r} cannot be read ({error.strerror}). Check its name."
        raise InputError(msg) from error
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "its beginning"
        msg = (
            f"{str(path)!r} is no {what} of a review (at {place}). Give the file that the page or `review make` wrote."
        )
        raise InputError(msg) from error
