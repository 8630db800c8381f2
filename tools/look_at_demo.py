"""Look at a running demo TOM as a visitor would: `look_at_demo.py PORT PID`, or `PORT --gone` after it ended.

Waits until it answers, then asks for the login page, logs in as the PI, and opens the list and a target's page.
"""

import http.cookiejar
import os
import re
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

PATIENCE_S = 600


def main() -> int:
    port, process = int(sys.argv[1]), sys.argv[2]
    if process == "--gone":
        return 0 if is_gone(port) else say(f"Something still answers on port {port}.")
    if not wait_for(port, int(process)):
        return say("The demo did not start.")
    try:
        return look(f"http://127.0.0.1:{port}")
    except urllib.error.HTTPError as error:
        return say(f"{error.url} answered {error.code}.")


def say(problem: str) -> int:
    print(problem, file=sys.stderr)
    return 1


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_gone(port: int) -> bool:
    deadline = time.monotonic() + 20
    while answers(port) and time.monotonic() < deadline:
        time.sleep(0.2)
    return not answers(port)


def wait_for(port: int, pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if answers(port):
            return True
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return False
        except ChildProcessError:
            if not Path(f"/proc/{pid}").exists():
                return False
        time.sleep(0.5)
    return False


def look(address: str) -> int:
    sys.path.insert(0, str(Path(__file__).parent))
    from demo import ACCOUNTS, PASSWORD

    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))

    def get(path: str, form: dict | None = None) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(address + path, data, {"Referer": address + path})
        with browser.open(request, timeout=60) as answer:
            print(f"{answer.status} {answer.url.removeprefix(address)}")
            return answer.read().decode()

    login = get("/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', login)
    credentials = {"username": ACCOUNTS[0], "password": PASSWORD, "next": "/"}
    get("/accounts/login/", credentials | {"csrfmiddlewaretoken": token[1]})
    page = get("/targets/")
    links = re.findall(r'href="(/targets/\d+/)"', page)
    if not links:
        return say("The list shows no target: either the login failed or there is no demo content.")
    page = get(links[0])
    if "/accounts/logout/" not in page:
        return say("The target's page is not shown to somebody who is logged in.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
