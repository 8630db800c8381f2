"""Child processes that belong together: one stops, all stop, unless it is one to start again."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Seconds a child may take to stop by itself after SIGTERM, and after a second one.
GRACE_S = (10.0, 3.0)
#: Seconds to wait before a died child is started again: the longer, the more often it died at once.
RESTART_WAITS_S = (0.5, 2.0, 5.0, 15.0, 30.0)
#: What ends the family: Ctrl-C, a service manager, a terminal that is closed.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: A child that lived this long did not die at once.
LIVED_S = 60.0


@dataclass
class Child:
    """One process with a session of its own, so that Ctrl-C reaches only the parent, which stops it in order."""

    name: str
    command: Sequence[str]
    restart: bool = False
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    deaths: int = 0
    start_again_at: float | None = None


    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, start_new_session=True, stdin=subprocess.DEVNULL
        )
        self.started_at, self.start_again_at = time.monotonic(), None

    def signal(self, number: int) -> None:
        """To the child and to what it started itself."""
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Family:
    """Runs the children until a signal comes or one ends that is not to be started again."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]):
        self.children = list(children)
        self.say = say
        self.stopping = False

    def run(self) -> int:
        """The exit code: 0 after a signal, else that of the child whose end ended all."""
        before = {number: signal.signal(number, self._stop) for number in STOP_SIGNALS}
        try:
            for child in self.children:
                child.start()
            while not self.stopping:
                for child in self.children:
                    code = self._look_after(child)
                    if code is not None:
                        return code
                time.sleep(0.2)
            return 0
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _look_after(self, child: Child) -> int | None:
        """Start a died child again when its wait is over; the exit code when its end is the end."""
        if child.start_again_at is not None:
            if time.monotonic() >= child.start_again_at:
                child.start()
            return None
        if child.is_alive:
            return None
        code = child.process.returncode
        if not child.restart:
            self.say(f"The {child.name} ended with code {code}; stopping the rest.")
            return code or 1
        child.deaths = 1 if time.monotonic() - child.started_at > LIVED_S else child.deaths + 1
        wait_s = RESTART_WAITS_S[min(child.deaths, len(RESTART_WAITS_S)) - 1]
        self.say(f"The {child.name} ended with code {code}; starting it again in {wait_s:g} s.")
        child.start_again_at = time.monotonic() + wait_s
        return None

    def _stop_all(self) -> None:
        for number, grace_s in ((signal.SIGTERM, GRACE_S[0]), (signal.SIGTERM, GRACE_S[1]), (signal.SIGKILL, 5.0)):
            alive = [child for child in self.children if child.is_alive]
            for child in alive:
                child.signal(number)
            deadline = time.monotonic() + grace_s
            while any(child.is_alive for child in alive) and time.monotonic() < deadline:
                time.sleep(0.05)
        for child in self.children:
            if child.process is not None:
                child.signal(signal.SIGKILL)
