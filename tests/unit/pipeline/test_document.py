import pytest

from understudy.errors import InputError
from understudy.pipeline import document, recipe, schema_file
from understudy.schema.column import Categorical, Numerical
from understudy.schema.layout import Layout
from understudy.schema.table import TableSchema


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "file.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("seed: 1\nsorce: {path: a.csv}\n", 2, "Did you mean 'source'"),
        ("seed: 1\nsource:\n  path: a.csv\nsample:\n  rows: 0\n", 5, "'sample.rows' cannot be 0. Give at least 1."),
        ("seed: 1\nsample:\n  rows: many\n", 3, "'sample.rows' cannot be 'many'. Give a whole number."),
        ("seed: 1\n\nsource: {reader: csv}\n", 3, "'source.path' is missing"),
        ("source: {path: a.csv}\n", 1, "'seed' is missing"),
        ("seed: 1\nseed: 2\n", 2, "twice"),
        ("seed: [1\nx: 2\n", 2, "not YAML"),
        ("seed: 1\ngate:\n  tstr_ratio: 2\n", 3, "Give at most 1."),
        ("seed: 1\ngate: {tstr: 1}\n", 2, "there is no field 'gate.tstr'. Did you mean 'tstr_ratio'?"),
        ("seed: true\n", 1, "'seed' cannot be True. Give a whole number."),
        ("seed: -1\n", 1, "Give at least 0."),
        ("seed: 1\nsource: a.csv\n", 2, "'source' cannot be 'a.csv'. Give its fields, as in {path: ...}."),
        ("seed: 1\nsample: all\n", 2, "Give its fields, as in {rows: ...}."),
        ("seed: 1\nevaluate: {metrics: utility}\n", 2, "Give a list, as in [a, b]."),
        ("seed: 1\nevaluate: {target: 5}\n", 2, "Give text, in quotes"),
        ("seed: 1\nfit: {time_budget: .inf}\n", 2, "Give a finite number."),
        ("seed: 1\nfit: {time_budget: soon}\n", 2, "'fit.time_budget' cannot be 'soon'. Give a number."),
        ("seed: 1\noutput: {report: pdf}\n", 2, "'output.report' cannot be 'pdf'. Write html."),
        ("seed: 1\nsource: {path: ''}\n", 2, "Give some text, or leave the field out."),
        ("seed: 1\n? [a]\n: 2\n", 2, "a name cannot be a list"),
        ("gate: {}\nseed: 2020-13-45\n", 2, "'2020-13-45' is no date. Correct it, or put it in quotes"),
        ("gate: {}\nseed: 2001-12-14t21:59:43.10-25:00\n", 2, "is no date"),
        ("gate: {}\nseed: !!timestamp 'x'\n", 2, "'x' is no date"),
        ("gate: {}\nseed: !!int 'x'\n", 2, "'x' is no whole number"),
        ("gate: {}\nseed: !!float 'x'\n", 2, "'x' is no number"),
        ("gate: {}\nseed: !!bool 'x'\n", 2, "'x' is no switch"),
        ("gate: {}\nseed: " + "9" * 5000 + "\n", 2, "999... is no whole number that can be read"),
        ("seed: 1\nsynthesizer: {name: auto, trees: 3}\n", 1, "'auto' has no option 'trees'"),
    ],
)
def test_an_error_in_a_recipe_names_its_line(write, text, line, says):
    path = write(text)
    with pytest.raises(InputError) as error:
        recipe.load(path)
    assert f"line {line}" in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("column", "says"),
    [
        (
            "{kind: datetime, within_day: true}",
            "Remove it. The kind datetime has the fields format, time_zone, resolution.",
        ),
        ("{kind: text, semantic: email}", "Remove it. The kind text has no other field."),
        (
            "{kind: numerical, minimum: 3}",
            "Did you mean 'low'? The kind numerical has the fields decimals, step, low, high.",
        ),
        ("{kind: numerical, hihg: 3}", "Did you mean 'high'?"),
        ("{kind: categorical, categories: [a]}", "Did you mean 'levels'?"),
    ],
)
def test_only_fields_of_the_same_kind_are_suggested(write, column, says):
    with pytest.raises(InputError) as error:
        schema_file.load(write(f"columns:\n  a: {column}\n"))
    assert says in str(error.value)


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n"])
def test_what_is_no_mapping_is_refused(write, text):
    with pytest.raises(InputError, match="no `field: value` lines"):
        recipe.load(write(text))


def test_a_recipe_that_is_not_there_or_not_text_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        recipe.load(tmp_path / "absent.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="UTF-8"):
        recipe.load(tmp_path / "b.yaml")


def test_the_recipe_of_the_architecture_is_read(write):
    text = (
        "source: {reader: parquet, path: orders.parquet}\nschema: schema.yaml\nseed: 7\nsynthesizer: {name: auto}\n"
        "sample: {rows: 100_000, chunk: 20_000}\nevaluate: {metrics: [fidelity, utility, privacy], target: returned}\n"
        "gate: {tstr_ratio: 0.9, membership_auc_max: 0.53, valid_rows: 1.0}\n"
        "output: {writer: parquet, path: out/, report: html}\n"
    )
    path = write(text)
    read = recipe.load(path)
    assert read.sample.rows == 100_000
    assert read.source.path == str(path.parent / "orders.parquet")
    assert read.schema_path == str(path.parent / "schema.yaml")


def test_a_recipe_comes_back_as_it_was(tmp_path):
    declared = recipe.Recipe(
        source=recipe.Source(path=str(tmp_path / "data" / "ü.csv"), delimiter=";"),
        seed=2**63 - 1,
        synthesizer=recipe.Choice(name="forest", trees=3),
    ).changed(output={"path": str(tmp_path / "out")}, evaluate={"target": "y: #1"})
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / "recipe.yaml"
    text = recipe.dump(declared.seen_from(tmp_path / "out"))
    assert "../data/ü.csv" in text
    path.write_text(text, encoding="utf-8")
    assert recipe.load(path) == declared


def test_changing_a_recipe_checks_it():
    declared = recipe.Recipe(seed=1)
    assert declared.changed(sample={"rows": None}, seed=None) == declared
    with pytest.raises(InputError, match="Give at least 1"):
        declared.changed(sample={"rows": 0})


SCHEMA = TableSchema(
    columns={
        "age": Numerical(decimals=0, low=0),
        "on": Categorical(levels=("no", "yes", "1e3")),
        "a: #b": Categorical(),
    },
    primary_key="age",
    layout=Layout(medium="csv", delimiter="\t", missing={"on": {"?": 0.25, "": 0.75}}),
)


def test_a_schema_comes_back_as_it_was_with_its_evidence(write):
    text = schema_file.dump(SCHEMA, {"age": ("9 distinct values", "whole numbers")})
    assert "# 9 distinct values\n  # whole numbers\n  age:" in text
    assert schema_file.load(write(text)) == SCHEMA


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("{kind: number}", "'columns.a' cannot be of the kind 'number'. Did you mean 'numerical'? The kinds are "),
        ("{}", "'columns.a' cannot be {}, which names no kind. The kinds are "),
        ("text", "'columns.a' cannot be 'text'. Give its fields"),
        ("{kind: text, size: 1}", "there is no field 'columns.a.size'. Remove it."),
        ("{kind: numerical, decimals: 99}", "'columns.a.decimals' cannot be 99. Give at most 17."),
        ("{kind: numerical, low: 5, high: 1}", "low 5 is above high 1; exchange them."),
        ("{kind: boolean, 'true': x, 'false': x}", "both spelled 'x'"),
        ("{kind: boolean, true: x}", "a name in 'columns.a' cannot be True. Put it in quotes."),
        ("{kind: datetime, resolution: secnd}", "cannot be 'secnd'. Did you mean 'second'?"),
        ("{kind: categorical, levels: [1]}", "'columns.a.levels[0]' cannot be 1. Give text, in quotes"),
    ],
)
def test_an_error_in_a_column_is_one_sentence_with_the_value_and_a_way_out(write, column, says):
    with pytest.raises(InputError) as error:
        schema_file.load(write(f"columns:\n  a: {column}\n"))
    text = str(error.value)
    assert "line 2: " in text
    assert says in text
    assert not any(word in text for word in ("input", "Input", "tag", "valid", "\n"))


def test_a_name_that_does_not_exist_is_told_before_the_one_that_is_missing(write):
    with pytest.raises(InputError, match=r"no field 'colums'\. Did you mean 'columns'"):
        schema_file.load(write("colums: {a: {kind: text}}\n"))


@pytest.mark.parametrize(
    ("text", "says"),
    [("columns: {}\n", "names no column"), ("columns: {a: {kind: text}}\nlayout: {encoding: utf-99}\n", "'utf-99'")],
)
def test_a_schema_that_cannot_be_obeyed_is_refused(write, text, says):
    with pytest.raises(InputError, match=says):
        schema_file.load(write(text))


def test_an_error_in_a_schema_names_its_line(write):
    text = schema_file.dump(SCHEMA).replace("decimals: 0", "decimals: -1")
    line = next(i for i, part in enumerate(text.splitlines(), 1) if "-1" in part)
    with pytest.raises(InputError, match=f"line {line}"):
        schema_file.load(write(text))


def test_a_key_that_is_no_column_is_refused(write):
    with pytest.raises(InputError, match="'x' is not a column"):
        schema_file.load(write("columns: {a: {kind: text}}\nprimary_key: x\n"))


def test_the_hash_of_a_schema_is_of_what_it_says():
    assert schema_file.hash_schema(SCHEMA) == schema_file.hash_schema(SCHEMA.model_copy())
    assert schema_file.hash_schema(SCHEMA) != schema_file.hash_schema(SCHEMA.model_copy(update={"entity": "age"}))


def test_options_of_a_frame_or_a_person_are_checked_the_same_way():
    with pytest.raises(InputError, match="no field 'depth'"):
        document.check(Numerical, {"depth": 1}, "The options")


def test_a_file_nested_too_deeply_is_a_sentence(write):
    with pytest.raises(InputError, match="nested too deeply"):
        recipe.load(write("[" * 5_000))
