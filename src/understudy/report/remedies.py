"""What to do about each finding, by its stable code: one sentence; findings of other packages have none."""

__all__ = ["REMEDIES", "remedy"]

REMEDIES = {
    "advise.no_such_rows": "Give more rows of the rare classes, or read the other mixtures without this one.",
    "audit.recurring": "Rely on the copies and secrets here, and give columns that tell rows apart if there are any.",
    "categories.mostly_rare": "Declare the column text or identifier in the schema, or drop it before fitting.",
    "categories.rare": "Nothing need be done; if a rare level must appear, pool it with others before fitting.",
    "compare.not_attacked": "Give a longer table or holdout before you choose this candidate for its privacy.",
    "csv.dialect": "Check in the schema that the columns are the right ones; a recipe can name the marks between them.",
    "csv.encoding": "Look at words with special letters, and name the encoding in a recipe if they are wrong.",
    "csv.one_column": "If the file has several columns, name what parts them as `delimiter` in a recipe.",
    "csv.preamble": "Check that the first lines hold nothing secret, for they are copied as they are.",
    "csv.suffix": "Check in the schema that the columns are the right ones, or rename the file to .csv.",
    "csv.unquoted": "Ask for Parquet, or quote the values of the source file, if the marks matter.",
    "dates.formats": "Write the dates of the source in one way if a reader of the synthetic rows needs the others.",
    "evaluate.no_holdout": "Give real rows that the model never saw with --holdout.",
    "evaluate.unfit": "Mend the values, or correct the column's type in the schema and evaluate again.",
    "excel.sheet": "Name the sheet in a recipe if another one was meant.",
    "extremes.protected": "Nothing need be done; do not read the ends of this column as real extremes.",
    "fairness.few_rows": "Join small groups, or give more rows, before you say anything about them.",
    "fairness.many_groups": "Name columns with fewer levels, or join levels, to see every group by itself.",
    "fairness.no_groups": "Name columns whose values are levels or quantities as protected.",
    "fit.budget": "Give more time with --time-budget if the scores fall short.",
    "given.rare": "Give less, or ask for fewer rows.",
    "governor.copies": "Look at the copies score, and audit the rows, before you release them.",
    "governor.limit": "Look at closeness and membership, and audit the rows, before you release them.",
    "jsonl.mixed": "Declare the column's type in the schema if its words are markers of missing values.",
    "metrics.left_out": "Look at these columns yourself, for no score speaks of them.",
    "metrics.no_reference": "Read the score without that reference, or give the rows that it needs.",
    "metrics.sampled": "Nothing need be done; intervals are those of the rows that were used.",
    "missing.markers": "If one of these is a value, say so in the schema.",
    "missing.odd": "Mend the values in the source if they are not missing.",
    "numbers.infinite": "Replace infinite values in the source if they mean something.",
    "pandas.index": "Call `frame.reset_index()` first if the index is a column.",
    "race.chosen": "Name a synthesizer with --synthesizer to skip the race.",
    "relations.broken": "Drop these rows, or report the table with the relation that breaks.",
    "schema.extra_columns": "Add the columns to the schema if they shall be imitated.",
    "text.filler": "Drop the column, or fill it yourself, if neutral words are of no use.",
    "times.offset": "Name a time zone in the schema if local times are needed.",
}
"""By code; ``tests/unit/report/test_remedies.py`` looks for codes of the source that are missing here."""


def remedy(code: str) -> str:
    """Give the sentence, or nothing for a code that is not ours."""
    return REMEDIES.get(code, "")
