"""The site of the current release: its size, how long it takes to build, and how soon a reader sees its first page from disk.

    python bench/site.py [FOLDER]        with CHENGGUAN_HOME as usual; the site is written to FOLDER, else to a temporary one

The first view is the median of seven fresh browsers' first contentful paint and of the moment at which the key figures stand.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from pipelines.publish.release import current_release
from pipelines.publish.site import ENTRY, build_site
from pipelines.settings import Settings

FLAGS = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"
ASK = """() => ({ painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
                  figures: performance.now(), there: document.querySelector(".headline .number")?.dataset.value !== undefined })"""


def main() -> None:
    release = current_release(Settings())
    if release is None:
        sys.exit("no release: run `chengguan nightly` first")
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    wall, cpu = time.perf_counter(), time.process_time()
    info = build_site(release.path, release.manifest, target)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    painted, figures = [], []
    with sync_playwright() as player:
        for _ in range(7):
            browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS.split())
            page = browser.new_page()
            page.goto((target / ENTRY).absolute().as_uri(), wait_until="load")
            page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
            seen = page.evaluate(ASK)
            assert seen["there"], "the key figures are not there when the page has loaded"
            painted.append(seen["painted"])
            figures.append(seen["figures"])
            browser.close()
    print(json.dumps({
        "release": release.id, "pages": len(info.pages), "megabytes": round(info.bytes / 1e6, 2), "build_seconds": round(wall, 2), "build_cpu_seconds": round(cpu, 2),
        "first_paint_ms": round(median(painted)), "key_figures_ms_at_most": round(median(figures)), "slowest_ms": round(max(figures)),
    }, indent=2))  # fmt: skip


if __name__ == "__main__":
    main()
