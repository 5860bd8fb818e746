"""The demo table is whole and readable."""

import pytest

from understudy.data import demo
from understudy.errors import InputError


def test_the_demo_table_is_the_one_described():
    frame = demo.breast_cancer()
    assert frame.shape == (569, 31)
    assert frame.columns[0] == "mean_radius"
    assert frame.columns[-1] == demo.TARGET
    assert dict(frame["diagnosis"].value_counts().iter_rows()) == {"malignant": 212, "benign": 357}


def test_another_table_is_refused(monkeypatch):
    monkeypatch.setattr(demo, "SHA256", "0" * 64)
    with pytest.raises(InputError, match="another breast-cancer table"):
        demo.breast_cancer()
