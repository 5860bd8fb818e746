"""What other packages bring by entry points is found beside the package's own, wherever their modules are."""

import importlib

import pytest

from understudy import catalog
from understudy.cli.main import invoke
from understudy.errors import MissingExtra, UnknownName

SOURCE = '"""Makes nothing."""\n\n__all__ = ["Nothing"]\n\n\nclass Nothing:\n    """Nothing."""\n'


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Install a package of modules and entry points for the length of a test."""

    def install(points, modules):
        for name, source in modules.items():
            path = tmp_path / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(source, encoding="utf-8")
        info = tmp_path / "nothing-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nothing\nVersion: 1\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[understudy.synthesizers]\n{points}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        importlib.invalidate_caches()
        catalog.entries.cache_clear()

    yield install
    catalog.entries.cache_clear()


def test_a_plugin_in_a_module_of_its_own_is_loaded_and_listed(plugin, capsys):
    plugin("nothing = lone_nothing:Nothing", {"lone_nothing": SOURCE})
    assert catalog.entries("synthesizers")["nothing"].requires is None
    assert catalog.load("synthesizers", "nothing").__name__ == "Nothing"
    assert invoke(["list", "synthesizers"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "nothing" in line)
    assert line.split() == ["nothing", "plugin", "Makes", "nothing."]


def test_the_folder_of_a_plugin_says_what_it_needs(plugin):
    needs = 'REQUIRES = ("a_module_that_nobody_has", "deep")\n'
    plugin("nothing = deep_nothing.new:Nothing", {"deep_nothing/__init__": needs, "deep_nothing/new": SOURCE})
    with pytest.raises(MissingExtra, match=r"nothing needs a_module_that_nobody_has.*understudy\[deep\]"):
        catalog.load("synthesizers", "nothing")


def test_two_things_of_one_name_are_an_error_that_names_both(plugin):
    plugin("forest = other_forest:Nothing", {"other_forest": SOURCE})
    with pytest.raises(UnknownName, match=r"tree\.forest and other_forest are named 'forest'"):
        catalog.entries("synthesizers")


def test_an_unknown_name_has_its_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'forest'"):
        catalog.load("synthesizers", "forst")
    with pytest.raises(UnknownName, match=r"No kind is named 'metric'\. Did you mean 'metrics'\?$"):
        catalog.entries("metric")
