import csv
import random
import shutil
import subprocess

import pytest

from understudy.cli.main import invoke

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


@pytest.fixture(scope="session")
def chromium():
    """Open a page in a browser without a window: page, folder of the profile, options; gives what it prints."""
    if BROWSER is None:
        pytest.skip("no Chromium is installed")

    def browse(place, profile, *options):
        quiet = ("background-networking", "component-update", "sync", "gpu", "dev-shm-usage")
        command = [BROWSER, "--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{part}" for part in quiet)]
        command += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}", *options, place.as_uri()]
        done = subprocess.run(command, capture_output=True, check=True, timeout=120)  # noqa: S603 - our own page
        return done.stdout.decode("utf-8")

    return browse


@pytest.fixture
def understudy(capsys, monkeypatch, tmp_path):
    """Run a command in an empty folder; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = invoke([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def people(tmp_path):
    """Write a small table whose label depends on the other columns."""

    def write(n=60, name="people.csv"):
        rng = random.Random(3)  # noqa: S311 - a table for tests
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["age", "city", "income", "buys"])
            for _ in range(n):
                age, city = rng.randint(18, 80), rng.choice(["Bonn", "Köln", "Ulm"])
                income = round(1000 + 30 * age + rng.gauss(0, 200), 2)
                rows.writerow([age, city, income, "yes" if income + rng.gauss(0, 300) > 2500 else "no"])
        return path

    return write
