"""What a benchmark ran on, in words that name no machine."""

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    cores: int
    memory_gib: int
    processor: str
    python: str
    postgresql: str

    def in_words(self) -> str:
        return (
            f"{self.cores} cores ({self.processor}), {self.memory_gib} GiB of memory, Python {self.python}, "
            f"PostgreSQL {self.postgresql} with fsync on"
        )


def this_machine(postgres: Path) -> Machine:
    """``postgres`` is the server's program."""
    version = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=True).stdout
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        processor=_processor(),
        python=platform.python_version(),
        postgresql=version.split()[-1],
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
