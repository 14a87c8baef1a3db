"""Run a command and measure what it and everything it starts take: wall time, CPU time and peak memory."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_INTERVAL_S = 0.05
LOG_LINES_SHOWN = 20


class CommandFailed(Exception):
    """A measured command did not end well, so its figures mean nothing."""


@dataclass(frozen=True)
class Usage:
    """What a process tree took. Memory is the sum of resident sets, so pages that processes share count for each."""

    wall_s: float
    cpu_s: float
    peak_rss_bytes: int


def measure(command: list[str], log: Path) -> Usage:
    """Run a command to its end, with its output in a log."""
    started = time.perf_counter()
    with log.open("wb") as output:
        try:
            # A session of its own, so that the whole tree can be stopped with it.
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        except OSError as error:
            raise CommandFailed(f"{command[0]} cannot be started: {error}") from error
    try:
        status, cpu_s, peak_rss_bytes = _follow(process.pid)
    except BaseException:
        os.killpg(process.pid, signal.SIGINT)
        process.wait()
        raise
    wall_s = time.perf_counter() - started
    exit_code = os.waitstatus_to_exitcode(status)
    process.returncode = exit_code
    if exit_code != 0:
        shown = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:])
        raise CommandFailed(f"{' '.join(command)} ended with {exit_code}; the end of {log}:\n{shown}")
    return Usage(wall_s, cpu_s, peak_rss_bytes)


def _follow(pid: int) -> tuple[int, float, int]:
    """Sample a process tree until its root ends; its exit status, CPU seconds and peak memory."""
    root = psutil.Process(pid)
    cpu_s = 0.0
    peak_rss_bytes = 0
    while True:
        tree_cpu_s, tree_rss_bytes = _sample(root)
        cpu_s = max(cpu_s, tree_cpu_s)
        peak_rss_bytes = max(peak_rss_bytes, tree_rss_bytes)
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            # The kernel's figure is exact for all processes that were waited for, the samples cover the others.
            return status, max(cpu_s, usage.ru_utime + usage.ru_stime), peak_rss_bytes
        time.sleep(SAMPLE_INTERVAL_S)


def _sample(root: psutil.Process) -> tuple[float, int]:
    """CPU seconds so far (with those of processes that have ended) and memory now, of a process tree."""
    cpu_s = 0.0
    rss_bytes = 0
    try:
        processes = [root, *root.children(recursive=True)]
    except psutil.Error:
        return cpu_s, rss_bytes
    for process in processes:
        try:
            times = process.cpu_times()
            memory = process.memory_info()
        except psutil.Error:
            continue  # It ended meanwhile.
        cpu_s += times.user + times.system + times.children_user + times.children_system
        rss_bytes += memory.rss
    return cpu_s, rss_bytes
