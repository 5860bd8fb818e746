"""What is wrong with the input is said in one sentence, with exit code 1, and nothing is written."""

import errno
import os
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from understudy.store import workspace


@pytest.fixture
def refused(understudy, tmp_path):
    """Run a command that must be refused, and give its sentence."""

    def run(*arguments):
        before = sorted(tmp_path.rglob("*"))
        code, out, err = understudy(*arguments)
        lines = [line for line in err.splitlines() if line.startswith("understudy: ")]
        assert code == 1
        assert out == ""
        assert len(lines) == 1
        assert err.endswith(lines[0] + "\n")
        assert "Traceback" not in err
        assert sorted(tmp_path.rglob("*")) == before
        return lines[0]

    return run


@pytest.fixture
def file(tmp_path):
    def write(content, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


ROWS = "a,b\n" + "\n".join(f"{i},{i % 3}" for i in range(40)) + "\n"


def test_a_missing_file(refused):
    assert "absent.csv" in refused("run", "absent.csv")


def test_an_empty_file(refused, file):
    assert "empty" in refused("run", file(""))


def test_a_binary_file(refused, file):
    refused("run", file(bytes(range(256)) * 40))


def test_a_wrong_delimiter(refused, file):
    file(ROWS)
    recipe = file("source: {path: data.csv, delimiter: ';'}\nseed: 1\n", "job.yaml")
    assert "';'" in refused("run", recipe)


def test_ragged_rows(refused, file):
    assert "Line 4" in refused("run", file("a,b\n1,2\n3,4\n5\n6,7\n"))


def test_duplicate_names(refused, file):
    assert "'a'" in refused("run", file("a,a\n1,2\n3,4\n"))


def test_only_a_header(refused, file):
    assert "no rows" in refused("run", file("a,b\n"))


@pytest.mark.parametrize("name", ["t.json", "T.JSON", "t.xml", "t.html"])
def test_a_format_that_nothing_reads(refused, file, name):
    sentence = refused("run", file('[{"a": 1, "b": 2},\n {"a": 3, "b": 4}]\n', name))
    assert "which nothing here reads. Convert it to one of" in sentence
    assert all(suffix in sentence for suffix in (".csv", ".jsonl", ".parquet", ".arrow", ".xlsx"))


@pytest.mark.parametrize("n", [1, 2, 19])
def test_fewer_rows_than_the_split_needs(refused, file, n):
    rows = "a,b\n" + "\n".join(f"{i},{i % 3}" for i in range(n)) + "\n"
    sentence = refused("run", file(rows), "--synthesizer", "independent")
    assert f"The table has {n} row" in sentence
    assert "takes at least 20" in sentence


def test_a_holdout_too_small_to_judge_by(refused, file):
    file(ROWS)
    recipe = file("source: {path: data.csv}\nseed: 1\nevaluate: {holdout: 0.05}\n", "job.yaml")
    sentence = refused("run", recipe)
    assert "Only 2 of 40 rows could be held out" in sentence
    assert "at least 4" in sentence


def test_entities_too_large_to_hold_one_out(refused, file):
    data = file("a,b\n" + "\n".join(f"{min(i, 2)},{i}" for i in range(40)) + "\n")
    schema = file("columns:\n  a: {kind: categorical}\n  b: {kind: numerical, decimals: 0}\nentity: a\n", "schema.yaml")
    assert "in whole entities of 'a'" in refused(
        "run", data, "--schema", schema, "--synthesizer", "independent", "--seed", "0"
    )


def test_a_target_that_is_absent(refused, file):
    assert "Did you mean 'b'" in refused("run", file(ROWS), "--target", "bb")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--synthesizer", "independant"), "Did you mean 'independent'"),
        (("--format", "xls"), "--format"),
        (("--format", "xls"), "'csv', 'parquet', 'jsonl', 'arrow', 'excel'"),
        (("--rows", "0"), "--rows cannot be '0'. Give at least 1."),
        (("--rows", "many"), "--rows cannot be 'many'. Give a whole number."),
        (("--rows", "1" + "0" * 20), "'sample.rows' cannot be 1"),
        (("--seed", "-1"), "seed = -1"),
        (("--seed", str(2**63)), "too large"),
        (("--time-budget", "0"), "'fit.time_budget' cannot be 0.0. Give more than 0."),
        (("--time-budget", "nan"), "Give a finite number."),
        (("--workers", "0"), "--workers cannot be '0'. Give at least 1."),
        (("--fast",), "--fast"),
        (("--gven", "a=1"), "--gven"),
        (("--out", "data.csv"), "is a file"),
        (("--out", "data.csv/out"), "cannot be written"),
        (("--out", "."), "the folder you are in"),
        (("--out", "d\0x"), "null"),
        (("--schema", "absent.yaml"), "absent.yaml"),
    ],
)
def test_an_unknown_option_or_value(refused, file, options, says):
    assert says in refused("run", file(ROWS), *options)


@pytest.mark.parametrize("command", ["fly", "run", "fit", "sample", "evaluate", "verify"])
def test_an_unknown_command_or_a_missing_argument(refused, command):
    refused(command)


def test_an_unknown_kind_to_list(refused):
    assert "synthesizers" in refused("list", "things")


def test_a_schema_that_disagrees_names_the_column_and_the_row(refused, file):
    data = file("a,b\n" + "\n".join(f"{i},{'x' if i == 17 else i}" for i in range(40)) + "\n")
    schema = file("columns:\n  a: {kind: numerical, decimals: 0}\n  b: {kind: numerical, decimals: 0}\n", "s.yaml")
    sentence = refused("run", data, "--schema", schema, "--synthesizer", "independent")
    assert "'b'" in sentence
    assert "'x'" in sentence


def test_a_dry_run_sees_that_the_rows_do_not_fit(refused, file):
    schema = file("columns:\n  a: {kind: boolean}\n  b: {kind: numerical, decimals: 0}\n", "s.yaml")
    assert "Column 'a' is boolean" in refused("run", file(ROWS), "--schema", schema, "--dry-run")
    assert "Did you mean 'b'" in refused("run", file(ROWS), "--target", "bb", "--dry-run")
    assert "takes at least" in refused("run", file("a,b\n1,2\n3,4\n"), "--dry-run")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("evaluate: {metrics: [fidelty]}", "Did you mean 'fidelity'"),
        ("evaluate: {holdout: 0.999}", "leaves 0 of 40 rows to learn from"),
        ("output: {writer: pdf}", "No writer is named 'pdf'"),
        ("synthesizer: {name: forest, trees: few}", "'trees' cannot be 'few'. Give a whole number."),
        ("synthesizer: {name: forest, tres: 3}", "Did you mean 'trees'"),
        ("schema: absent.yaml", "absent.yaml"),
    ],
)
def test_a_recipe_that_cannot_be_done_is_refused_before_anything_is_learned(refused, file, line, says):
    file(ROWS)
    recipe = file(f"source: {{path: data.csv}}\nseed: 1\n{line}\n", "job.yaml")
    assert says in refused("run", recipe, "--dry-run")


def test_a_schema_with_an_error_names_the_line(refused, file):
    schema = file("columns:\n  a: {kind: number}\n", "s.yaml")
    assert "line 2" in refused("run", file(ROWS), "--schema", schema)


def test_a_recipe_with_an_error_names_the_line(refused, file):
    assert "line 2" in refused("run", file("seed: 1\nsorce: {path: data.csv}\n", "job.yaml"))


@pytest.fixture
def model(understudy, file, tmp_path):
    assert understudy("fit", file(ROWS), "--synthesizer", "independent", "-o", "m.understudy")[0] == 0
    return tmp_path / "m.understudy"


def test_a_truncated_model(refused, model):
    model.write_bytes(model.read_bytes()[:-40])
    assert "truncated" in refused("sample", model, "-n", "3", "-o", "s.csv")


def _edit(model, name, change):
    with zipfile.ZipFile(model) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    with zipfile.ZipFile(model, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, change(content) if member == name else content)


def test_an_edited_model(refused, model):
    _edit(model, "state.json", lambda content: content.replace(b"0", b"1"))
    assert "changed after it was written" in refused("sample", model, "-n", "3", "-o", "s.csv")


def test_a_newer_model(refused, model):
    _edit(model, "header.json", lambda content: content.replace(b'"format":1', b'"format":99'))
    assert "pip install -U understudy" in refused("sample", model, "-n", "3", "-o", "s.csv")


def test_a_file_that_is_no_model(refused, file):
    refused("sample", file(ROWS), "-n", "3", "-o", "s.csv")


def test_more_rows_than_anybody_has_room_for(refused, model):
    assert "Give at most 1,000,000,000,000." in refused("sample", model, "-n", str(10**18), "-o", "s.csv")


def test_no_rows_are_nothing_to_sample(refused, model):
    assert "-n cannot be '0'. Give at least 1." in refused("sample", model, "-n", "0", "-o", "s.csv")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("c=1", "no column 'c' to be given. The columns are 'a', 'b', 'k'."),
        ("k=rad", "Give one of 'red', 'blue'."),
        ("k=", "it never is. Give one of"),
        ("a=500", "Give a value from 0 to 39."),
        ("a=1.5", "cannot be '1.5'. Give a whole number."),
        ("b=7", "Give one of 0, 1, 2."),
        ("a", "no '='"),
    ],
)
def test_an_impossible_condition_says_what_is_possible(refused, understudy, file, given, says):
    rows = "".join(f"{i % 40},{i % 3},{'red' if i % 3 else 'blue'}\n" for i in range(600))
    number = "{kind: numerical, decimals: 0}"
    schema = file(f"columns: {{a: {number}, b: {number}, k: {{kind: categorical}}}}\n", "s.yaml")
    command = ("fit", file(f"a,b,k\n{rows}"), "--schema", schema, "--synthesizer", "independent", "-o", "m.understudy")
    assert understudy(*command)[0] == 0
    assert says in refused("sample", "m.understudy", "-n", "3", "-o", "s.csv", "--given", given)


def test_a_condition_on_no_column(refused, model):
    assert "Did you mean 'a'" in refused("sample", model, "-n", "3", "-o", "s.csv", "--given", "aa=1")


def test_an_unknown_format_to_write(refused, model):
    assert "s.xyz" in refused("sample", model, "-n", "3", "-o", "s.xyz")


def test_a_folder_that_holds_other_things(refused, file, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("x", encoding="utf-8")
    assert "left alone" in refused("run", file(ROWS), "--out", "thesis", "--synthesizer", "independent")


@pytest.mark.parametrize(("place", "says"), [(".", "is a folder"), ("data.csv/x", "data.csv' is a file")])
def test_a_model_that_cannot_be_written_is_refused_before_the_fit(refused, file, monkeypatch, place, says):
    monkeypatch.setattr("understudy.pipeline.library.fit", None)  # nothing may be learned
    assert says in refused("fit", file(ROWS), "--synthesizer", "independent", "-o", place)


def test_zero_bytes_are_no_other_encoding(refused, file):
    assert "binary" in refused("run", file(b"a,b\n" + b"1,2\n\0,3\n3,4\n" * 20))


@pytest.mark.parametrize("field", ["source: {path: 'x'}", "schema: 'x'", "output: {path: 'x'}"])
def test_a_zero_character_in_a_path_is_refused_with_its_line(refused, file, field):
    lines = {"source": "source: {path: data.csv}", "seed": "seed: 1", field.partition(":")[0]: field}
    recipe = file("\n".join(lines.values()).replace("'x'", '"x\\0"') + "\n", "job.yaml")
    assert "Leave out the zero character" in refused("run", recipe, "--dry-run")


def test_a_job_whose_messages_nobody_takes_is_done_all_the_same(file, tmp_path):
    command = [sys.executable, "-m", "understudy", "fit", str(file(ROWS)), "--synthesizer", "independent", "-o", "m.un"]
    closed = shlex.join(command) + " 2>&- >&-"
    assert subprocess.run(["/bin/sh", "-c", closed], cwd=tmp_path, check=False, timeout=120).returncode == 0  # noqa: S603
    assert (tmp_path / "m.un").exists()


def test_a_source_inside_the_folder_that_would_be_replaced(refused, understudy, file, tmp_path):
    understudy("run", file(ROWS), "--out", "out", "--synthesizer", "independent", "--seed", "1")
    assert "would be replaced" in refused("run", tmp_path / "out" / "data.csv", "--out", "out")


@pytest.mark.skipif(os.name == "nt", reason="Windows makes no such names.")
def test_a_name_that_is_no_text(refused, file, tmp_path):
    odd = tmp_path / os.fsdecode(b"b\xff.csv")
    odd.write_text(ROWS, encoding="utf-8")
    assert "text in UTF-8" in refused("run", odd)
    assert "text in UTF-8" in refused("run", file(ROWS), "--out", os.fsdecode(b"o\xff"))


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few users make links.")
def test_links_that_lead_nowhere(refused, file, tmp_path):
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "nowhere.csv").symlink_to("absent.csv")
    refused("run", file(ROWS), "--out", "round/out", "--synthesizer", "independent")
    refused("run", "round")
    assert "nowhere.csv" in refused("run", "nowhere.csv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="The superuser may write anywhere.")
def test_a_folder_that_may_not_be_written(refused, file, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    assert "cannot be written" in refused("run", file(ROWS), "--out", "closed/out", "--synthesizer", "independent")


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_place_that_cannot_be_written(refused, file, monkeypatch, code):
    def refuse(path, *_, **__):
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(workspace.Path, "mkdir", refuse)
    refused("run", file(ROWS), "--out", "out", "--synthesizer", "independent")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="The system has no /dev/full.")
def test_a_full_disk_while_rows_are_written(understudy, model, monkeypatch, tmp_path):
    monkeypatch.setattr(workspace.secrets, "token_hex", lambda _: "full")
    (tmp_path / ".full-s.csv").symlink_to("/dev/full")  # what the temporary name leads to
    code, _, err = understudy("sample", model, "-n", "200000", "-o", "s.csv")
    assert code == 1
    assert "disk is full" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "m.understudy"]
