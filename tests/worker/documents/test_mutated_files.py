"""Whatever becomes of a file on its way: it is read as text, or refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mutations import ALWAYS
from tests.worker.documents.mutated_files import read_changed, readings
from tests.worker.documents.small_files import SMALL_FILES
from worker.documents.readers import FORMATS


@pytest.mark.parametrize("ending", FORMATS)
def test_a_small_file_of_each_type_is_read(ending: str) -> None:
    assert read_changed(SMALL_FILES[ending](), f"whole{ending}").startswith("read")


@pytest.mark.parametrize("ending", FORMATS)
@ALWAYS
@given(data=st.data())
def test_a_mutated_file_is_read_as_text_or_refused_in_words(ending: str, data: Any) -> None:
    assert data.draw(readings(ending))()
