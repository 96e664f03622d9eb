"""The real browser that tests of pages share, and what a page may not do in it: complain, or ask anybody for anything.

What a page must show belongs to the tests.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or ""
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
#: The marks of a file of tests that want the browser.
IN_A_BROWSER = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="there is no chromium on this machine")]
#: What a page that opens from disk may ask for.
ITS_OWN = ("file:", "data:", "blob:", "about:")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as player:
        opened = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield opened
        opened.close()


def watch(page: Page) -> list[str]:
    """What the page complains of from now on, and the addresses of others that it asks for; filled as it happens."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(ITS_OWN) else complaints.append(asked.url))
    return complaints
