import json

import pytest

from understudy.errors import ArtifactError
from understudy.store import manifest

OUTSIDE = ("/etc/passwd", "../d.csv", "a/b", "..", ".", "", "a\0b", "a" * 300)


def test_a_manifest_comes_back_as_it_was(tmp_path, bundle):
    record = bundle(tmp_path, a="1")
    assert manifest.load(tmp_path) == record


def test_an_untouched_bundle_verifies(tmp_path, bundle):
    bundle(tmp_path, a="1", b="2")
    assert manifest.verify(tmp_path) == ()


def test_every_change_is_named(tmp_path, bundle):
    bundle(tmp_path, a="1", b="2", c="3")
    (tmp_path / "a").write_text("9", encoding="utf-8")
    (tmp_path / "b").unlink()
    (tmp_path / "d").write_text("4", encoding="utf-8")
    assert manifest.verify(tmp_path) == ("a is not as it was written.", "b is missing.", "d was added.")


def test_a_folder_without_manifest_is_no_bundle(tmp_path):
    with pytest.raises(ArtifactError, match="not a bundle"):
        manifest.load(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '"x"', "[" * 100_000, "9" * 5_000])
def test_a_broken_manifest_is_a_sentence(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"manifest\.json"):
        manifest.load(tmp_path)


@pytest.mark.parametrize("edit", [{"verdict": "failed"}, {"gates": []}, {"seed": 2}, {"sha256": "0"}, {"sha256": None}])
def test_an_edited_manifest_is_refused(tmp_path, bundle, edit):
    bundle(tmp_path, a="1")
    path = tmp_path / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(values), encoding="utf-8")
    assert manifest.verify(tmp_path) == ()  # how it is laid out is no matter
    edited = values | edit if edit != {"gates": []} else values | {"gates": [{"name": "x", "passed": True}]}
    path.write_text(json.dumps(edited), encoding="utf-8")
    with pytest.raises(ArtifactError, match="edited after it was written"):
        manifest.verify(tmp_path)


def test_names_that_are_no_text_keep_the_seal(tmp_path, bundle):
    record = bundle(tmp_path, a="1").model_copy(update={"findings": (), "synthesizer": "\udc80"})
    record.save(tmp_path)
    assert manifest.load(tmp_path).synthesizer == "\udc80"


def test_a_newer_manifest_asks_for_an_upgrade(tmp_path, bundle):
    bundle(tmp_path, a="1")
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "format": 99}), encoding="utf-8")
    with pytest.raises(ArtifactError, match="pip install -U"):
        manifest.load(tmp_path)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"fit_rows": -1}, "fit_rows"),
        *(
            ({"outputs": {name: manifest.FileRecord(sha256="0", bytes=1)}}, "no plain name of a file")
            for name in OUTSIDE
        ),
    ],
)
def test_a_manifest_that_was_edited_and_sealed_anew_is_checked(tmp_path, bundle, edit, says):
    bundle(tmp_path, a="1").model_copy(update=edit).save(tmp_path)
    with pytest.raises(ArtifactError, match=says):
        manifest.verify(tmp_path)
