"""The most memory that this process has held.

`getrusage` counts what the parent held when it forked, also after exec: under a test process that had grown, a small worker looked large.
"""

import re
from pathlib import Path


def peak_mib() -> int:
    [kib] = re.findall(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(kib) >> 10
