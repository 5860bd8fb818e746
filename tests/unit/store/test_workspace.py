import errno
import os
import sys
from pathlib import Path

import polars as pl
import pytest

from understudy.errors import OutputError
from understudy.store.workspace import check_folder, new_file, new_folder


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_appears_whole(tmp_path):
    with new_folder(tmp_path / "deep" / "out") as work:
        (work / "a").write_text("1", encoding="utf-8")
        assert not (tmp_path / "deep" / "out").exists()
    assert (tmp_path / "deep" / "out" / "a").read_text(encoding="utf-8") == "1"
    assert names(tmp_path / "deep") == ["out"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_who_may_read_a_file_stays_as_it_was(tmp_path):
    target = tmp_path / "m.understudy"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o600)
    with new_file(target) as work:
        work.write_text("new", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "new"
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, OSError])
def test_an_interrupted_folder_leaves_nothing(tmp_path, error):
    with pytest.raises(error), new_folder(tmp_path / "out") as work:  # noqa: PT012 - the block is what is interrupted
        (work / "half").write_text("x", encoding="utf-8")
        raise error
    assert names(tmp_path) == []


def test_an_interrupted_folder_leaves_the_earlier_bundle(tmp_path, bundle):
    with new_folder(tmp_path / "out") as work:
        bundle(work, a="old")
    with pytest.raises(KeyboardInterrupt), new_folder(tmp_path / "out"):
        raise KeyboardInterrupt
    assert (tmp_path / "out" / "a").read_text(encoding="utf-8") == "old"


def test_an_earlier_bundle_is_replaced(tmp_path, bundle):
    for text in ("old", "new"):
        with new_folder(tmp_path / "out") as work:
            bundle(work, a=text)
    assert (tmp_path / "out" / "a").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == ["out"]


def test_an_empty_folder_is_replaced(tmp_path, bundle):
    (tmp_path / "out").mkdir()
    with new_folder(tmp_path / "out") as work:
        bundle(work, a="1")
    assert names(tmp_path / "out") == ["a", "manifest.json"]


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="left alone"), new_folder(tmp_path):
        pass
    assert names(tmp_path) == ["thesis.tex"]


def test_a_bundle_to_which_the_user_added_a_file_is_left_alone(tmp_path, bundle):
    bundle(tmp_path, a="1")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        check_folder(tmp_path)


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file"), new_folder(tmp_path / "out"):
        pass


def test_a_file_among_the_parents_is_an_error(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"), new_folder(tmp_path / "file" / "out"):
        pass


def test_the_folder_one_is_in_is_not_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="the folder you are in, so"):
        check_folder(Path())


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_a_forbidden_place_is_a_sentence(tmp_path, monkeypatch, code):
    def refuse(self, *_, **__):
        raise OSError(code, os.strerror(code), str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputError, match="Name a place that you may write to"), new_folder(tmp_path / "out"):
        pass


def test_an_error_of_reading_elsewhere_is_not_called_an_output_error(tmp_path):
    elsewhere = PermissionError(errno.EACCES, "no", "/somewhere/else.csv")
    with pytest.raises(PermissionError) as caught, new_folder(tmp_path / "out"):
        raise elsewhere
    assert not isinstance(caught.value, OutputError)


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path):
    with pytest.raises(OutputError, match="disk is full"), new_folder(tmp_path / "out"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert names(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="The system has no /dev/full.")
@pytest.mark.parametrize("suffix", ["csv", "parquet", "ipc", "ndjson"])
def test_a_full_disk_is_recognised_in_what_polars_raises(tmp_path, suffix):
    rows = pl.DataFrame({"a": range(100_000)})
    with pytest.raises(OutputError, match="disk is full"), new_file(tmp_path / "out"):
        getattr(rows, f"write_{suffix}")("/dev/full")
    assert names(tmp_path) == []


def test_a_file_appears_whole_and_replaces_the_earlier_one(tmp_path):
    for text in ("1", "2"):
        with new_file(tmp_path / "a.csv.gz") as work:
            assert work.name.endswith("a.csv.gz")
            work.write_text(text, encoding="utf-8")
    assert (tmp_path / "a.csv.gz").read_text(encoding="utf-8") == "2"
    assert names(tmp_path) == ["a.csv.gz"]


def test_an_interrupted_file_leaves_the_earlier_one(tmp_path):
    (tmp_path / "a").write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), new_file(tmp_path / "a") as work:  # noqa: PT012 - as above
        work.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert (tmp_path / "a").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a"]


def test_a_folder_in_place_of_the_file_is_an_error(tmp_path):
    with pytest.raises(OutputError, match="is a folder"), new_file(tmp_path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask.")
def test_what_is_written_may_be_read_as_other_files_may(tmp_path):
    with new_folder(tmp_path / "out"):
        pass
    (tmp_path / "plain").mkdir()
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.skipif(not Path("/dev/null").exists() or os.name == "nt", reason="The system has no device files.")
def test_a_device_is_refused_and_stays_one():
    with pytest.raises(OutputError, match="no ordinary file"), new_file(Path("/dev/null")):
        pass
    assert not Path("/dev/null").is_file()


def test_a_name_that_is_too_long_is_a_sentence(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        check_folder(tmp_path / ("x" * 300))
