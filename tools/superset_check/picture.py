"""A picture of the dashboard as a browser shows it, all charts drawn."""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from pipelines.bi.dashboard import SLUG, charts

_WIDTH = 1500


def take(address: str, user: str, password: str, target: Path) -> str | None:
    """Writes the picture; says what was wrong with the page, if anything was."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": _WIDTH, "height": 1000})
        page.goto(f"{address}/login/")
        page.fill("input#username, input[name=username]", user)
        page.fill("input#password, input[name=password]", password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        number = page.evaluate(
            "slug => fetch('/api/v1/dashboard/?q=(page_size:100)').then(a => a.json()).then(a => a.result.find(d => d.slug.startsWith(slug)).id)",
            SLUG,
        )
        page.goto(f"{address}/superset/dashboard/{number}/")
        # Charts are drawn as they come into view: as tall a window as the page is shows all of them.
        page.wait_for_selector("[data-test='chart-container']", timeout=60_000)
        page.set_viewport_size({"width": _WIDTH, "height": 4_700})
        page.wait_for_function(
            "count => document.querySelectorAll(\"[data-test='chart-container']\").length >= count",
            arg=len(charts()),
            timeout=120_000,
        )
        page.wait_for_function(
            "() => !document.querySelector(\"[data-test='loading-indicator'], .loading\")", timeout=180_000
        )
        page.wait_for_timeout(2_000)
        wrong = page.locator("[role=alert]:visible, .ant-alert-error:visible").all_inner_texts()
        page.screenshot(path=str(target))
        browser.close()
    return "; ".join(wrong) or None
