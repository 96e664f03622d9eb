"""A thousand hostile profiles of a city and its feeds: each is loaded and read by or refused with a message that names file and key; none reaches
what lies outside the inbox, none hangs, and the ledger adds up after all of them."""

import time
from pathlib import Path

from tests.faults import results
from tests.faults.test_hostile_files import told_by

#: Memory in MiB that loading a profile and reading a file of twenty rows by it may come to.
MOST_MIB = 1_500


def test_hostile_profiles_are_refused_by_name_and_reach_nothing(tmp_path: Path) -> None:
    number, began = results.times(48, 2_000), time.monotonic()
    told = told_by("tests.faults.hostile.profile_worker", "0", str(number), str(tmp_path))
    outcomes = [line for line in told if "outcome" in line]
    finds = [line for line in outcomes if line["outcome"] not in ("read", "refused")]
    [end] = [line for line in told if "secrets" in line] or [{"secrets": 0, "violations": [], "rows": 0, "peak_mib": 0}]
    read = sum(line["outcome"] == "read" for line in outcomes)
    results.record(
        "hostile-profiles", "敌意配置：路径、SQL、正则、嵌套、类型逐一变异", "hostile profiles: paths, SQL, expressions, nesting, types",
        times=len(outcomes), lost=len(finds) + end["secrets"] + len(end["violations"]), seconds=time.monotonic() - began,
        measured={"read": read, "refused": len(outcomes) - read - len(finds), "peak MiB": end["peak_mib"]},
    )  # fmt: skip
    assert not finds, finds[:3]
    assert len(outcomes) == number and read > 0
    assert end["rows"] > 0 and end["secrets"] == 0 and end["violations"] == []
    assert end["peak_mib"] < MOST_MIB
