import hashlib
import json
import zipfile
from datetime import datetime, timedelta

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
    "rows": pl.DataFrame({"x": [1.5, None, float("inf")], "y": ["a", "ü", None], "": [2**63 - 1, None, -(2**63)]}),
    "times": pl.DataFrame(
        {"naive": [datetime(2024, 1, 1), None], "zoned": [datetime(2024, 1, 1), None], "took": [timedelta(1), None]},  # noqa: DTZ001
        schema_overrides={"zoned": pl.Datetime("us", "UTC"), "took": pl.Duration("us")},
    ),
    "no rows": pl.DataFrame(schema={"x": pl.Float64, "b": pl.Boolean}),
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
    for name in ("rows", "times", "no rows"):
        assert state[name].schema == STATE[name].schema
        assert state[name].equals(STATE[name])
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


def _sealed(path, **changed):
    """Change members, and seal the file anew."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members.update(changed)
    header = json.loads(members["header.json"])
    header["members"] = {n: hashlib.sha256(c).hexdigest() for n, c in members.items() if not n.startswith("header")}
    members["header.json"] = json.dumps(header).encode()
    members["header.sha256"] = hashlib.sha256(members["header.json"]).hexdigest().encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    "array",
    [
        *(["<i2", [2**60]], ["<i2", [2**62, 4]], ["<i2", [-1]], ["<i2", [1.0]], ["<i2", ["1"]], ["<i2", [7]]),
        *(["|O", [1]], ["|V8", [1]], ["<U0", [1]], ["[('a', '<i2')]", [1]], ["<M8[s]", [1]], ["int16", [1]]),
        *([], ["<i2"], "<i2", ["<i2", [1], 0], ["<i9", [1]], ["<f8", [2**63]]),
    ],
)
def test_an_array_that_is_not_what_it_says_is_refused(tmp_path, array):
    path = tmp_path / "m"
    artifact.write(path, "x", {}, {"x": np.arange(6, dtype=np.int16)})
    _sealed(path, **{"state.json": json.dumps({"x": {"$array": array}}).encode()})
    with pytest.raises(ArtifactError, match=r"cannot be used because its part 'state\.json' was changed"):
        artifact.read(path)


def test_no_bytes_are_two_arrays(tmp_path):
    path = tmp_path / "m"
    artifact.write(path, "x", {}, {"x": np.arange(6)})
    _sealed(path, **{"state.json": json.dumps({"x": [{"$array": ["<i8", [6]]}] * 2}).encode()})
    with pytest.raises(ArtifactError, match="cannot be used because"):
        artifact.read(path)


def test_arrays_come_back_as_they_were_whatever_their_order(tmp_path):
    arrays = {
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "big": np.arange(3, dtype=">i4"),
        "scalar": np.array(5, dtype=np.uint8),
        "part": np.arange(20)[::3],
        "none": np.zeros((3, 0), dtype=np.float32),
    }
    artifact.write(tmp_path / "m", "x", {}, arrays)
    _, state = artifact.read(tmp_path / "m")
    for name, array in arrays.items():
        assert state[name].dtype == array.dtype.newbyteorder("=")
        assert state[name].shape == array.shape
        assert state[name].tolist() == array.tolist()
        assert state[name].flags.writeable
        assert state[name].flags.c_contiguous


@pytest.mark.parametrize(
    "frame",
    [
        *("text", [["x"]], [["x", "Int64", [1], 2]], [["x", "Int64", "12"]], [["x", "Int64", ["a"]]]),
        *([[1, "Int64", [1]]], [["x", "Object", [1]]], [["x", "List(Int64)", [[1]]]], [["x", "Nothing", [1]]]),
        [["x", "Int64", [1]], ["y", "Int64", [1, 2]]],
    ],
)
def test_a_frame_that_is_none_is_refused(tmp_path, frame):
    path = tmp_path / "m"
    artifact.write(path, "x", {}, {"rows": pl.DataFrame({"x": [1]})})
    _sealed(path, **{"state.json": json.dumps({"rows": {"$frame": frame}}).encode()})
    with pytest.raises(ArtifactError, match="cannot be used because"):
        artifact.read(path)


@pytest.mark.parametrize("header", [b"[]", b"{}", b'{"format":1}', b'{"format":1,"members":["state.json"]}', b"1"])
def test_a_header_that_says_nothing_is_refused(stored, header):
    _with(stored, header_DOT_json=header, header_DOT_sha256=hashlib.sha256(header).hexdigest().encode())
    with pytest.raises(ArtifactError, match="cannot be used because"):
        artifact.read(stored)


def test_a_small_file_that_unpacks_to_more_than_any_model_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "bomb"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("header.json", "header.sha256", "state.json", *map(str, range(30))):
            archive.writestr(name, bytes(1 << 20))
    monkeypatch.setattr(artifact, "_ROOM", 1 << 24)
    monkeypatch.setattr(zipfile.ZipFile, "read", None)
    with pytest.raises(ArtifactError, match=r"would unpack to 0\.0 GiB, which no model of its size does"):
        artifact.read(path)


def test_a_large_model_that_could_be_packed_tightly_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setattr(artifact, "_ROOM", 1 << 16)
    artifact.write(tmp_path / "m", "x", {}, {"x": np.zeros(1 << 17)})
    assert not artifact.read(tmp_path / "m")[1]["x"].any()


def test_a_member_gives_no_more_than_it_declares(stored):
    content = bytearray(stored.read_bytes())
    with zipfile.ZipFile(stored) as archive:
        place = archive.start_dir
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")  # of header.json, in the central directory
    stored.write_bytes(content)
    with pytest.raises(ArtifactError, match="cannot be used because"):
        artifact.read(stored)


def test_a_newer_format_asks_for_an_upgrade(stored):
    header, _ = artifact.read(stored)
    _with(stored, header_DOT_json=json.dumps({**header, "format": artifact.FORMAT + 1, "understudy": "9.0"}).encode())
    with pytest.raises(ArtifactError, match=r"9\.0.*pip install -U"):
        artifact.read(stored)


@pytest.mark.parametrize("value", [object(), b"bytes", {1: 2}, np.array([object()]), pl.DataFrame({"x": [[1]]})])
def test_what_cannot_be_stored_safely_is_refused_when_writing(tmp_path, value):
    with pytest.raises((TypeError, ValueError)):
        artifact.write(tmp_path / "m", "x", {}, {"value": value})


def test_nothing_in_the_file_is_a_pickle(stored):
    with zipfile.ZipFile(stored) as archive:
        assert set(archive.namelist()) == {"header.json", "header.sha256", "state.json", "arrays.bin"}
