"""Names of files within an archive: the same for the same application, and safe to unpack on any computer."""

import re
import unicodedata
from typing import Final

UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
ENDING: Final = re.compile(r"[A-Za-z0-9]{1,5}")
LONGEST: Final = 60


def file_path(folder: str, number: int, label: str, name: str) -> str:
    """``attachments/03-certificate-verotodistus.pdf``: a number in front makes it unique and no device of Windows."""
    stem, _, ending = name.rpartition(".")
    if not ENDING.fullmatch(ending) or not stem:
        stem, ending = name, ""
    parts = [f"{number:02}", *(part for part in (safe(label), safe(stem)) if part)]
    return f"{folder}/{'-'.join(parts)}" + (f".{ending.lower()}" if ending else "")


def safe(text: str) -> str:
    """ASCII letters, digits, dots and dashes; letters lose their marks, everything else becomes one dash."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return UNSAFE.sub("-", plain).strip("-._")[:LONGEST].strip("-._")
