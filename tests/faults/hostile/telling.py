"""What the workers tell of themselves in the same words: how a file broke the reader, and the most memory that was held."""

import re
import traceback
from pathlib import Path


def broken_by(error: BaseException) -> dict[str, object]:
    """The outcome of a file that ended in an error which nobody meant."""
    said = f"{type(error).__name__}: {error}"[:300]
    return {"outcome": "find", "said": said, "at": traceback.format_exc()[-1500:]}


def peak_mib() -> int:
    """`getrusage` counts what the parent held when it forked, also after exec: under a test process that had grown, a small worker looked large."""
    [kib] = re.findall(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(kib) >> 10
