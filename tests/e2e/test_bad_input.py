"""What is wrong with the input is said in one sentence, with exit code 1, and nothing is written."""

import errno
import os
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


def test_fewer_rows_than_the_split_needs(refused, file):
    assert "at least 2" in refused("run", file("a,b\n1,2\n"), "--synthesizer", "independent")


def test_a_target_that_is_absent(refused, file):
    assert "Did you mean 'b'" in refused("run", file(ROWS), "--target", "bb")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--synthesizer", "independant"), "Did you mean 'independent'"),
        (("--format", "xls"), "--format"),
        (("--rows", "0"), "--rows"),
        (("--rows", "many"), "--rows"),
        (("--seed", "-1"), "seed"),
        (("--time-budget", "0"), "time_budget"),
        (("--workers", "0"), "--workers"),
        (("--fast",), "--fast"),
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


def test_a_condition_on_no_column(refused, model):
    assert "Did you mean 'a'" in refused("sample", model, "-n", "3", "-o", "s.csv", "--given", "aa=1")


def test_an_unknown_format_to_write(refused, model):
    assert "s.xyz" in refused("sample", model, "-n", "3", "-o", "s.xyz")


def test_a_folder_that_holds_other_things(refused, file, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("x", encoding="utf-8")
    assert "left alone" in refused("run", file(ROWS), "--out", "thesis", "--synthesizer", "independent")


def test_a_source_inside_the_folder_that_would_be_replaced(refused, understudy, file, tmp_path):
    understudy("run", file(ROWS), "--out", "out", "--synthesizer", "independent", "--seed", "1")
    assert "would be replaced" in refused("run", tmp_path / "out" / "data.csv", "--out", "out")


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


def test_a_full_disk(refused, file, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(workspace, "_flush", full)
    assert "disk is full" in refused("run", file(ROWS), "--out", "out", "--synthesizer", "independent")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="The system has no /dev/full.")
def test_a_full_disk_while_rows_are_written(understudy, model, monkeypatch, tmp_path):
    monkeypatch.setattr(workspace.secrets, "token_hex", lambda _: "full")
    (tmp_path / ".full-s.csv").symlink_to("/dev/full")  # what the temporary name leads to
    code, _, err = understudy("sample", model, "-n", "200000", "-o", "s.csv")
    assert code == 1
    assert "disk is full" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "m.understudy"]
