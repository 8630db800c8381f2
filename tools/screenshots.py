"""Take the pictures of the documentation anew, from a running demo TOM.

    make demo                                                      in one terminal
    python tools/screenshots.py --address http://127.0.0.1:8000    in another

Needs Chromium, the test extra, and a demo that has no target M31 yet. The picture of the catalogues shows whatever
answers: for one without a network start `python -m tests.fake_services` and put what it prints into the settings.
"""

import argparse
import os
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]


def main() -> None:
    asked = arguments()
    PICTURES.mkdir(exist_ok=True)
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        page = browser.new_context(viewport=DESK, color_scheme="light").new_page()
        log_in(page, asked)
        target_list(page, asked.address)
        target_page(page, asked.address, "target_detail")
        catalogues(page, asked.address)
        phone = browser.new_context(viewport=PHONE, color_scheme="dark").new_page()
        log_in(phone, asked)
        target_page(phone, asked.address, "target_phone_dark")
        browser.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--username", default="pi")
    parser.add_argument("--password", default="starlight")
    return parser.parse_args()


def log_in(page: Page, asked: argparse.Namespace) -> None:
    page.goto(f"{asked.address}/accounts/login/")
    page.fill("[name=username]", asked.username)
    page.fill("[name=password]", asked.password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{asked.address}/")


def take(page: Page, name: str, *, height: int | None = None) -> None:
    if height:
        page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURES / f"{name}.png")


def target_list(page: Page, address: str) -> None:
    page.goto(f"{address}/targets/?type=SIDEREAL")
    page.get_by_text("On the sky").click()
    page.locator(".tom-plot .main-svg").first.wait_for()
    take(page, "target_list", height=1150)


def target_page(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/targets/name/SN%201987A")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 2600})
    page.locator("#plan .main-svg").first.wait_for()
    page.locator("#panel-light-curve .main-svg").first.wait_for()
    take(page, name, height=1400)


def catalogues(page: Page, address: str) -> None:
    page.goto(f"{address}/catalogs/resolve/?term=M31")
    page.get_by_text("Make target").first.wait_for()
    while page.get_by_text("Asking for M31").count():
        page.get_by_text("Asking for M31").first.wait_for(state="detached")
    take(page, "catalogues", height=820)
    page.get_by_text("Make target").first.click()
    take(page, "create_from_catalogue", height=900)
    page.get_by_role("button", name="Create", exact=True).click()
    page.locator("#plan .main-svg").first.wait_for()
    take(page, "target_made", height=1050)


if __name__ == "__main__":
    main()
