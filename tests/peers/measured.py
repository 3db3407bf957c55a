"""Runs a tool and measures it: wall, CPU, memory. For Linux: it reads /proc."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SAMPLE_EVERY = 0.2


@dataclass(frozen=True)
class Measured:
    """What a run took. CPU counts the process and the children that it waited for."""

    wall: float
    user: float
    system: float
    memory_mb: float
    processes: int
    exit_code: int
    timed_out: bool

    @property
    def cpu(self) -> float:
        return self.user + self.system


def run(command: list[str], env: dict[str, str], folder: Path, limit: float) -> Measured:
    """Runs `command` in `folder`; its output is in the files `stdout` and `stderr` there."""
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        start = time.monotonic()
        process = subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        watch = Watch(process.pid, start + limit)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            # Whoever is interrupted here leaves nobody behind.
            os.killpg(process.pid, signal.SIGKILL)
            raise
        wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    watch.end()
    return Measured(
        wall=wall,
        user=usage.ru_utime,
        system=usage.ru_stime,
        memory_mb=max(usage.ru_maxrss / 1024, watch.memory_kb / 1024),
        processes=watch.processes,
        exit_code=process.returncode,
        timed_out=watch.timed_out,
    )


class Watch(threading.Thread):
    """Samples a session's memory, and ends the session when its time is over."""

    def __init__(self, session: int, deadline: float) -> None:
        super().__init__(daemon=True)
        self.session, self.deadline = session, deadline
        self.memory_kb, self.processes, self.timed_out = 0, 1, False
        self.ended = threading.Event()
        self.start()

    def run(self) -> None:
        while not self.ended.wait(SAMPLE_EVERY):
            members = processes_of(self.session)
            self.processes = max(self.processes, len(members))
            # One process has its exact peak from the kernel; only several need adding up.
            if len(members) > 1:
                self.memory_kb = max(self.memory_kb, sum(map(proportional_kb, members)))
            if time.monotonic() > self.deadline:
                self.timed_out = True
                os.killpg(self.session, signal.SIGKILL)
                return

    def end(self) -> None:
        self.ended.set()
        self.join()


def processes_of(session: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and session_of(entry) == session:
            found.append(int(entry.name))
    return found


def session_of(entry: Path) -> int | None:
    try:
        after_name = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(after_name[3])


def proportional_kb(process: int) -> int:
    """Resident memory, with each shared page divided among those who share it."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
