"""Work on this machine: in order, on all cores unless told, and not begun after an error."""

import os
import threading
import time

import pytest

from understudy.execution import local
from understudy.execution.local import Local, cores


@pytest.mark.parametrize("workers", [None, 1, 2, 7])
def test_results_come_in_the_order_of_the_items(workers):
    def slower_first(i):
        time.sleep(0.002 * (10 - i))
        return i * i

    assert list(Local(workers).map(slower_first, range(10))) == [i * i for i in range(10)]


def test_every_core_works_unless_told(monkeypatch):
    monkeypatch.setattr(local, "cores", lambda: 3)
    together = threading.Barrier(3, timeout=20)  # passed by three at a time only
    assert len(list(Local().map(lambda _: together.wait(), range(3)))) == 3


def test_one_worker_is_the_callers_own_thread():
    assert set(Local(1).map(lambda _: threading.get_ident(), range(4))) == {threading.get_ident()}


def test_cores_are_those_of_the_process_where_the_system_tells(monkeypatch):
    assert cores() >= 1
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 5}, raising=False)
    assert cores() == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1


def test_after_an_error_what_has_not_begun_never_does():
    begun = []

    def work(i):
        begun.append(i)
        if not i:
            raise KeyboardInterrupt
        time.sleep(0.01)

    with pytest.raises(KeyboardInterrupt):
        list(Local(2).map(work, range(200)))
    assert len(begun) < 100
