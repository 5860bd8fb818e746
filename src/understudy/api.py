"""The verbs of the library. Each is a line or two over the pipeline; data is a frame of any kind, or a path."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from understudy.attacks.limits import Level
from understudy.data.infer import Inference
from understudy.pipeline import model as models
from understudy.pipeline.advise import advise_data
from understudy.pipeline.auditing import audit_data
from understudy.pipeline.comparing import compare_data
from understudy.pipeline.judging import evaluate_data
from understudy.pipeline.library import Data, Options, Result, fit_data, infer_data, run_data
from understudy.pipeline.model import Model
from understudy.report.advice import Advice
from understudy.report.audit import AuditReport
from understudy.report.comparison import Comparison
from understudy.report.report import Report
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = [
    "Advice",
    "Model",
    "Result",
    "advise",
    "audit",
    "compare",
    "evaluate",
    "fit",
    "infer",
    "load",
    "run",
    "sample",
]


def run(  # noqa: PLR0913 - a verb has as many options as it has
    data: Data,
    *,
    target: str | None = None,
    seed: int | None = None,
    synthesizer: str | Spec = "auto",
    rows: int | None = None,
    schema: TableSchema | str | Path | None = None,
    time_budget: float | None = None,
    workers: int | None = None,
    protected: Sequence[str] = (),
    queries: Mapping[str, str] | None = None,
    gate: Mapping[str, Any] | None = None,
) -> Result:
    """Make synthetic rows that stand in for ``data``, and the evidence for what they may be used for.

    A fifth of the rows is set aside first; the model never sees it, and it judges the outcome.

    Parameters
    ----------
    data : frame or path
        pandas, polars, pyarrow or duckdb; or the path of a file.
    target : str, optional
        Column that a model would predict; utility is measured on it.
    seed : int, optional
        The same seed makes the same rows; drawn, and kept in the result, where left out.
    synthesizer : str or Spec
        What learns; ``auto`` races the candidates.
    rows : int, optional
        Rows to make; left out: as many as there are.
    schema : TableSchema or path, optional
        What the columns mean; left out: inferred.
    time_budget : float, optional
        Seconds for choosing and fitting.
    workers : int, optional
        Pieces of work done at a time; as many as there are cores where left out. Changes nothing else.
    protected : sequence of str
        Columns such as sex whose groups shall fare as in the real rows; the report compares them.
    queries : dict, optional
        Questions of your own in SQL, by name: ``{"mean by sex": "select sex, avg(income) from data group by sex"}``.
    gate : dict, optional
        Limits of the verdict, such as ``{"tstr_ratio": 0.8, "limits": {"spearman": 0.9}}``.

    Returns
    -------
    Result
        ``data`` in the kind of frame that was given, ``report``, ``model``, ``verdict`` and more.

    Raises
    ------
    UnderstudyError
        If the data or an option cannot be used; one sentence says what, where and how to fix it.
    """
    told = Options(target, seed, synthesizer, {}, rows, schema, time_budget, workers)
    return run_data(data, replace(told, protected=protected, queries=queries or {}, gate=gate))


def fit(
    data: Data,
    synthesizer: str | Spec = "auto",
    *,
    target: str | None = None,
    seed: int | None = None,
    schema: TableSchema | str | Path | None = None,
    time_budget: float | None = None,
    workers: int | None = None,
    **options: Any,  # noqa: ANN401 - the fields of the synthesizer, which checks them
) -> Model:
    """Learn from ``data``, all of it; ``options`` are those of the synthesizer. See :func:`run` for the others."""
    return fit_data(data, Options(target, seed, synthesizer, options, None, schema, time_budget, workers))


def sample(
    model: Model | str | Path, n: int, *, seed: int | None = None, given: Mapping[str, object] | None = None
) -> Any:  # noqa: ANN401 - the caller's kind of frame
    """Make ``n`` rows, each with exactly the ``given`` values. See :meth:`Model.sample`."""
    return (model if isinstance(model, Model) else load(model)).sample(n, seed=seed, given=given)


def load(path: str | Path) -> Model:
    """Read a model that ``Model.save`` or the command line wrote; a tampered file is refused with an ArtifactError."""
    return models.load(models.as_path(path))


def infer(data: Data) -> Inference:
    """Find out what the columns of ``data`` mean, with the evidence for each guess."""
    return infer_data(data)


def evaluate(  # noqa: PLR0913 - a verb has as many options as it has
    *,
    real: Data,
    synthetic: Data,
    holdout: Data | None = None,
    target: str | None = None,
    schema: TableSchema | str | Path | None = None,
    metrics: Sequence[str] | None = None,
    previous: str | Path | None = None,
    protected: Sequence[str] = (),
    representation: Mapping[str, Mapping[str, float]] | None = None,
    queries: Mapping[str, str] | None = None,
    gate: Mapping[str, Any] | None = None,
    recipe: str | Path | None = None,
    seed: int | None = None,
    workers: int | None = None,
) -> Report:
    """Judge ``synthetic``, whoever made it, by the ``real`` rows it was made from and a ``holdout`` of unseen ones.

    Where ``protected`` columns are named, their groups are compared; where shares of groups in a population are
    (``representation={"sex": {"Female": 0.5, "Male": 0.5}}``), the table is held against them. ``queries`` are
    questions of your own (``{"mean by sex": "select sex, avg(income) from data group by sex"}``), ``gate`` the limits
    of the verdict (``{"tstr_ratio": 0.8, "limits": {"spearman": 0.9}}``); both may stand in a ``recipe``, too.
    """
    told = Options(
        target=target,
        seed=seed,
        schema=schema,
        workers=workers,
        protected=protected,
        representation=representation,
        metrics=metrics,
        queries=queries or {},
        gate=gate,
        base=recipe,
    )
    return evaluate_data(real, holdout, synthetic, told, previous).report


def audit(  # noqa: PLR0913 - the options of one verb
    *,
    real: Data,
    synthetic: Data,
    holdout: Data,
    level: Level = "standard",
    secrets: Sequence[str] = (),
    synthesizer: str | Spec | None = None,
    model: Model | str | Path | None = None,
    schema: TableSchema | str | Path | None = None,
    seed: int | None = None,
    workers: int | None = None,
) -> AuditReport:
    """Attack ``synthetic``, whoever made it, for leaks about the ``real`` rows it was made from.

    Parameters
    ----------
    real, synthetic, holdout : frame or path
        Rows that the model was fitted on, rows that it made, and rows of the same population that it never saw.
    level : {"fast", "standard", "thorough"}
        How much is tried; thorough fits ``synthesizer`` anew on other rows, many times.
    secrets : sequence of str
        Columns that nobody should learn of a training row; left out: those of most entropy, but for ``fast``.
    synthesizer : str or Spec, optional
        What made the rows, where it can be fitted anew; left out: that of the model.
    model : Model or path, optional
        The model that made the rows, where the attacker holds it, too: it is asked how likely it makes a row.
    schema, seed, workers
        As for :func:`run`.

    Returns
    -------
    AuditReport
        ``verdict``, ``reason``, ``audit`` with every finding; ``to_html`` and ``to_json``.
    """
    told = Options(seed=seed, schema=schema, workers=workers, synthesizer=synthesizer or "auto", model=model)
    return audit_data(real, holdout, synthetic, told, level, secrets)


def compare(
    candidates: Mapping[str, Data],
    *,
    real: Data,
    holdout: Data,
    techniques: Sequence[str] = (),
    target: str | None = None,
    schema: TableSchema | str | Path | None = None,
    seed: int | None = None,
    workers: int | None = None,
) -> Comparison:
    """Judge and attack several tables alike, by name, and what other ``techniques`` make of the real rows beside them.

    Techniques are masking, generalisation, k-anonymity, noise and swapping. See :func:`audit` for the others.
    """
    told = Options(target=target, seed=seed, schema=schema, workers=workers)
    return compare_data(real, holdout, candidates, techniques, told)


def advise(  # noqa: PLR0913 - a verb has as many options as it has
    data: Data,
    *,
    target: str,
    holdout: Data | None = None,
    synthesizer: str | Spec = "auto",
    learner: str = "boosted",
    measure: str | None = None,
    schema: TableSchema | str | Path | None = None,
    time_budget: float | None = None,
    seed: int | None = None,
    workers: int | None = None,
) -> Advice:
    """Say whether synthetic rows help a model that predicts ``target``, and by how much.

    Models are trained on the real rows alone, on synthetic rows alone, and on mixtures of both, and tested on unseen
    real rows.

    Parameters
    ----------
    data : frame or path
        Real rows to learn from.
    target : str
        Column to predict.
    holdout : frame or path, optional
        Unseen real rows; left out: a fifth of ``data`` is set aside.
    synthesizer : str or Spec
        What makes the synthetic rows.
    learner : str
        Kind of model: ``boosted``, ``linear`` or ``neural``.
    measure : str, optional
        What decides: ``auc``, ``pr_auc``, ``accuracy``, ``precision``, ``recall``, ``f1``; for quantities ``r2``,
        ``rmse``, ``mae``. The first of them where left out.
    schema : TableSchema or path, optional
        What the columns mean; left out: inferred.
    time_budget : float, optional
        Seconds for choosing and fitting the synthesizer.
    seed : int, optional
        The same seed gives the same advice.
    workers : int, optional
        Pieces of work done at a time. Changes nothing else.

    Returns
    -------
    Advice
        ``use`` and ``sentence`` say what to do, ``options`` what was measured.

    Raises
    ------
    UnderstudyError
        If the data or an option cannot be used, or the target cannot be predicted.
    """
    told = Options(target, seed, synthesizer, {}, None, schema, time_budget, workers)
    return advise_data(data, holdout, told, learner, measure)
