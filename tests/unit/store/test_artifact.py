import json
import zipfile

import numpy as np
import polars as pl
import pytest

from understudy.errors import ArtifactError
from understudy.store import artifact

STATE = {
    "name": "forest",
    "nested": {"depth": 3, "rates": [0.5, float("inf"), None, True]},
    "codes": np.arange(12, dtype=np.int16).reshape(3, 4),
    "empty": np.zeros((0, 2)),
    "$array": {"$odd": 1},
    "words": np.array(["ä", "bc"]),
    "rows": pl.DataFrame({"x": [1.5, None], "y": ["a", "ü"]}),
    "list": [np.array([True]), {"inside": np.float32(1.5)}],
}


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "m.understudy"
    artifact.write(path, "synthesizer", {"synthesizer": "forest"}, STATE)
    return path


def test_a_state_comes_back_as_it_was(stored):
    header, state = artifact.read(stored)
    assert header["kind"] == "synthesizer"
    assert header["synthesizer"] == "forest"
    assert list(state) == list(STATE)
    assert state["nested"] == STATE["nested"]
    assert state["$array"] == {"$odd": 1}
    assert state["codes"].dtype == np.int16
    np.testing.assert_array_equal(state["codes"], STATE["codes"])
    assert state["empty"].shape == (0, 2)
    assert list(state["words"]) == ["ä", "bc"]
    assert state["rows"].equals(STATE["rows"])
    assert state["list"][0].tolist() == [True]
    assert state["list"][1] == {"inside": 1.5}


def test_the_same_state_gives_the_same_bytes(stored, tmp_path):
    artifact.write(tmp_path / "again", "synthesizer", {"synthesizer": "forest"}, STATE)
    assert (tmp_path / "again").read_bytes() == stored.read_bytes()


def test_an_absent_file_is_an_error_that_says_how_to_make_one(tmp_path):
    with pytest.raises(ArtifactError, match="understudy fit"):
        artifact.read(tmp_path / "absent")


@pytest.mark.parametrize("keep", [0, 1, 40, -1, -30])
def test_a_truncated_file_is_refused(stored, keep):
    stored.write_bytes(stored.read_bytes()[:keep])
    with pytest.raises(ArtifactError, match="truncated"):
        artifact.read(stored)


def _with(path, **changed):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members.update({name.replace("__", "/").replace("_DOT_", "."): content for name, content in changed.items()})
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_an_edited_member_is_refused_by_name(stored):
    _with(stored, state_DOT_json=b"{}")
    with pytest.raises(ArtifactError, match=r"state\.json"):
        artifact.read(stored)


def test_an_edited_header_is_refused(stored):
    header, _ = artifact.read(stored)
    _with(stored, header_DOT_json=json.dumps({**header, "synthesizer": "independent"}).encode())
    with pytest.raises(ArtifactError, match="changed after"):
        artifact.read(stored)


def test_an_added_member_is_refused(stored):
    _with(stored, more_DOT_npy=b"x")
    with pytest.raises(ArtifactError, match=r"more\.npy"):
        artifact.read(stored)


def test_a_flipped_byte_is_refused(stored):
    content = bytearray(stored.read_bytes())
    for place in range(0, len(content), 97):
        changed = content.copy()
        changed[place] ^= 0xFF
        stored.write_bytes(changed)
        try:
            header, state = artifact.read(stored)
        except ArtifactError:
            continue
        # Bytes that carry nothing, such as a time stamp, may change.
        assert header["synthesizer"] == "forest"
        assert state["nested"] == STATE["nested"]


def test_a_newer_format_asks_for_an_upgrade(stored):
    header, _ = artifact.read(stored)
    _with(stored, header_DOT_json=json.dumps({**header, "format": artifact.FORMAT + 1, "understudy": "9.0"}).encode())
    with pytest.raises(ArtifactError, match=r"9\.0.*pip install -U"):
        artifact.read(stored)


@pytest.mark.parametrize("value", [object(), b"bytes", {1: 2}, np.array([object()])])
def test_what_cannot_be_stored_safely_is_refused_when_writing(tmp_path, value):
    with pytest.raises((TypeError, ValueError)):
        artifact.write(tmp_path / "m", "x", {}, {"value": value})


def test_nothing_in_the_file_is_a_pickle(stored):
    with zipfile.ZipFile(stored) as archive:
        assert {name.rpartition(".")[2] for name in archive.namelist()} == {"json", "sha256", "npy", "arrow"}
