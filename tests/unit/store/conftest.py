import pytest

from understudy.store import manifest


@pytest.fixture
def bundle():
    """Write files into a folder, and a manifest that names them."""

    def write(folder, **files):
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        record = manifest.Manifest(
            understudy="0",
            versions={},
            verdict="passed",
            seed=1,
            recipe={},
            synthesizer="independent",
            fit_rows=1,
            schema_sha256="",
            inputs={},
            outputs={name: manifest.hash_file(folder / name) for name in files},
        )
        record.save(folder)
        return record

    return write
