"""Cells that would be formulas are not."""

import csv
import io

import pytest

from marketplace.kernel.spreadsheets import FORMULA, harmless


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+358", "-1", "\t=1", "\n=1", "\uff1d1"], ids=repr)
def test_formula_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Hoiva Oy", "a=b", "a; b", "https://example.fi/?a=1;b=2"], ids=repr)
def test_other_text_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["Hoiva Oy;=1+1", "Hoiva; @SUM(A1)", ";-1", "a;;=1"], ids=repr)
def test_finnish_spreadsheet_finds_no_formula_after_a_semicolon(text: str) -> None:
    [cells] = csv.reader(io.StringIO(harmless(text)), delimiter=";")
    assert not any(cell.strip().startswith(FORMULA) for cell in cells)
