from numba.core import caching

from understudy._compiled import compiled


def double(x):
    return 2 * x


def test_a_kernel_is_kept_on_disk_where_a_folder_can_be_written(monkeypatch, tmp_path):
    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    assert compiled()(double)(21) == 42
    assert list(tmp_path.rglob("*.nbi"))


def test_a_kernel_works_where_none_can(monkeypatch):
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    assert compiled(inline="always")(double)(21) == 42
