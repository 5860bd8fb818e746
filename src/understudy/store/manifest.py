"""The record of what did happen, and the seal on what was written."""

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from understudy.errors import ArtifactError
from understudy.schema.spec import Spec

__all__ = [
    "MANIFEST",
    "FileRecord",
    "FindingRecord",
    "GateRecord",
    "Manifest",
    "StepRecord",
    "hash_file",
    "load",
    "verify",
]

MANIFEST = "manifest.json"
"""Name of the manifest in a bundle."""
_FORMAT = 1
_LONGEST = 255
"""Bytes of a name, in most file systems."""
_SEAL = "sha256"
"""Last key of the file: hash of all the others. It shows damage and careless edits, not intent."""


class FileRecord(Spec):
    """A file as it was."""

    sha256: str
    """Hash of its bytes."""
    bytes: int
    """Its length."""


class FindingRecord(Spec):
    """Something that the user should know about the job."""

    code: str
    """Stable name."""
    severity: Literal["note", "repair", "degraded"]
    """A note informs; a repair changed something; a degraded choice made the result worse than was asked for."""
    text: str
    """One sentence."""
    where: str = ""
    """Place in the job."""


class StepRecord(Spec):
    """One step of the job."""

    name: str
    """What was done."""
    seconds: float
    """Wall time."""
    rows: int | None = None
    """Rows that went through it."""


class GateRecord(Spec):
    """One condition of the verdict."""

    name: str
    """Field of the gate."""
    passed: bool | None
    """Empty where it could not be judged."""
    value: float | None
    """What was measured."""
    limit: float | None
    """What was allowed."""
    text: str
    """One sentence."""


def _plain(name: str) -> str:
    """Refuse what is no name of a file in the folder itself: whoever edits a manifest could have any file read."""
    if name in {"", ".", ".."} or "\0" in name or Path(name).name != name or len(os.fsencode(name)) > _LONGEST:
        msg = f"{name[:40]!r} is no plain name of a file"
        raise ValueError(msg)
    return name


class Manifest(Spec):
    """What did happen in one job."""

    format: int = _FORMAT
    """Version of this file's format."""
    kind: Literal["run", "evaluate", "audit", "compare", "advise"] = "run"
    """Which command did it."""
    understudy: str
    """Version that did the job."""
    versions: dict[str, str]
    """Versions of Python and of the packages that decide the bytes."""
    verdict: Literal["passed", "underpowered", "degraded", "failed"]
    """Failed: a gate failed. Degraded: none failed, but a step did less than was asked for, or none could be judged.
    Underpowered: none failed, but too few rows leave one in doubt."""
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    """Seed of every draw."""
    recipe: dict[str, Any]
    """The job as it was declared."""
    synthesizer: str = ""
    """What was fitted; where the recipe said ``auto``, what won."""
    fit_rows: Annotated[int, Field(ge=0)] = 0
    """Rows that it was fitted on."""
    race: dict[str, Any] | None = None
    """What ``auto`` measured, and why it chose."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """What the fitted model says about itself, such as the settings that the privacy governor ended on."""
    schema_sha256: str
    """Hash of the schema in ``schema.yaml``."""
    inputs: dict[str, FileRecord]
    """What was read."""
    outputs: dict[Annotated[str, AfterValidator(_plain)], FileRecord]
    """What was written, apart from this file."""
    gates: tuple[GateRecord, ...] = ()
    """Every condition of the verdict."""
    findings: tuple[FindingRecord, ...] = ()
    """Notes, repairs and degraded choices."""
    steps: tuple[StepRecord, ...] = ()
    """Where the time went."""

    def save(self, folder: Path) -> None:
        """Write it into ``folder``."""
        values = self.model_dump(mode="json")
        text = json.dumps(values | {_SEAL: _digest(values)}, indent=2, ensure_ascii=False)
        # Names of files need not be text; JSON escapes what is none.
        with (folder / MANIFEST).open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text + "\n")


def _digest(values: dict[str, Any]) -> str:
    """Hash the values of a manifest, however they are laid out."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def load(folder: Path) -> Manifest:
    """Read the manifest of the bundle in ``folder``.

    Raises
    ------
    ArtifactError
        If there is none, it is not a manifest, it was edited, or a newer version wrote it.
    """
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        sealed = values.pop(_SEAL, None) == _digest(values) if isinstance(values, dict) else True
    except OSError as error:
        msg = f"{str(folder)!r} holds no {MANIFEST}, so it is not a bundle that `understudy run` wrote."
        raise ArtifactError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{str(path)!r} is truncated or edited: it is not JSON. Make the bundle anew with `understudy run`."
        raise ArtifactError(msg) from error
    written = values.get("format") if isinstance(values, dict) else None
    if isinstance(written, int) and written > _FORMAT:
        msg = f"{str(path)!r} was written by a newer version of Understudy. Upgrade with: pip install -U understudy"
        raise ArtifactError(msg)
    if not sealed:
        msg = f"{str(path)!r} was edited after it was written. Make the bundle anew with `understudy run`."
        raise ArtifactError(msg)
    try:
        return Manifest.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        msg = f"{str(path)!r} is not a manifest as `understudy run` writes it ({place or 'file'}: {first['msg']})."
        raise ArtifactError(msg) from error


def hash_file(path: Path) -> FileRecord:
    """Hash a file's bytes."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return FileRecord(sha256=digest.hexdigest(), bytes=path.stat().st_size)


def verify(folder: Path) -> tuple[str, ...]:
    """Hash every file of the bundle in ``folder`` again, and say in a sentence each what is not as it was sealed."""
    manifest = load(folder)
    problems: list[str] = []
    for name, record in manifest.outputs.items():
        path = folder / name
        if not path.is_file():
            problems.append(f"{name} is missing.")
        elif hash_file(path) != record:
            problems.append(f"{name} is not as it was written.")
    known = {MANIFEST, *manifest.outputs}
    problems += [f"{path.name} was added." for path in sorted(folder.iterdir()) if path.name not in known]
    return tuple(problems)
