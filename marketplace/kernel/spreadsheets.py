"""Text of strangers in a file that people open in a spreadsheet."""

import re
from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, wide forms included."""

_AFTER_SEPARATOR: Final = re.compile(r"(;\s*)(?=[=+\-@])")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    In Finland a semicolon separates the cells of a CSV file, so that what follows one inside of a cell begins a cell too.
    """
    quoted = _AFTER_SEPARATOR.sub(r"\1'", cell)
    return f"'{quoted}" if quoted.startswith(FORMULA) else quoted
