"""A job that is stopped in the middle, or finds no room, leaves what was there before, and nothing half-written."""

import errno
import os
import signal
import subprocess
import sys
from importlib.util import find_spec

import pytest

from understudy.data.writers import csv
from understudy.report.report import Report
from understudy.store import artifact, manifest, workspace

CHEAP = ("--synthesizer", "independent", "--seed", "7", "--out", "out")

signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process.")


def start(path, *before):
    """Start a job in a process of its own, in the folder of its input."""
    command = [sys.executable, *(before or ("-m", "understudy")), "run", path.name, *CHEAP]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=path.parent, stdout=pipe, stderr=pipe, encoding="utf-8")  # noqa: S603


def after(process, step):
    """Wait until a step is done."""
    assert any(line.startswith(step) for line in process.stderr)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@signals
@pytest.mark.parametrize(
    ("number", "step"),
    [(signal.SIGINT, "read"), (signal.SIGINT, "fit"), (signal.SIGINT, "sample"), (signal.SIGTERM, "fit")],
)
def test_ctrl_c_leaves_nothing(people, number, step):
    path = people(4000)
    process = start(path)
    after(process, step)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "nothing half-written is left" in err
    assert "Traceback" not in err
    assert names(path.parent) == [path.name]


@signals
def test_ctrl_c_while_modules_load_is_no_traceback(tmp_path):
    """A module that raises what Ctrl-C does stands for a user who presses it while typer loads."""
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "understudy", "--help"], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "Interrupted.\n")


@signals
def test_an_impatient_user_does_not_break_the_cleaning(people):
    path = people(4000)
    process = start(path)
    after(process, "fit")
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    assert "Traceback" not in process.communicate()[1]
    assert names(path.parent) == [path.name]


@signals
def test_ctrl_c_leaves_the_earlier_result(understudy, people):
    path = people(4000)
    understudy("run", path, *CHEAP)
    process = start(path)
    after(process, "fit")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert manifest.verify(path.parent / "out") == ()
    assert names(path.parent) == ["out", path.name]


def test_of_two_jobs_into_one_folder_one_is_there_whole(people):
    path = people()
    jobs = [start(path) for _ in range(2)]
    codes = {job.wait(timeout=120) for job in jobs}
    assert codes & {0, 2}
    assert "Traceback" not in "".join(job.communicate()[1] for job in jobs)
    assert manifest.verify(path.parent / "out") == ()
    assert names(path.parent) == ["out", path.name]


@pytest.mark.parametrize(
    ("place", "name"),
    [(workspace, "_flush"), (artifact, "write"), (Report, "to_html"), (csv.Sink, "append")],
    ids=["the last moment", "the model", "the report", "the rows"],
)
def test_a_full_disk_is_one_sentence_and_leaves_nothing(understudy, people, monkeypatch, place, name):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = people()
    monkeypatch.setattr(place, name, full)
    code, out, err = understudy("run", path, *CHEAP)
    assert (code, out) == (1, "")
    assert err.splitlines()[-1].startswith("understudy: The disk is full: ")
    assert names(path.parent) == [path.name]


@pytest.mark.skipif(find_spec("resource") is None, reason="The system has no limits to set.")
@pytest.mark.parametrize("room", [100, 2_000, 20_000])
def test_files_that_may_not_grow_are_one_sentence_and_leave_nothing(people, room):
    path = people()
    limited = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        "from understudy.cli.main import main; main()"
    )
    process = start(path, "-B", "-c", limited)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.splitlines()[-1].startswith("understudy: The disk is full: ")
    assert "Traceback" not in err
    assert names(path.parent) == [path.name]


def test_a_full_disk_of_temporary_files_is_told_from_that_of_the_result(understudy, people, monkeypatch, tmp_path):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(workspace.tempfile, "tempdir", str(tmp_path / "tmp"))
    usage = workspace.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(
        workspace.shutil, "disk_usage", lambda place: usage._replace(free=9 * (place != str(tmp_path / "tmp")))
    )

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(artifact, "write", full)
    code, _, err = understudy("run", people(), *CHEAP)
    assert code == 1
    assert "set TMPDIR to another place" in err
