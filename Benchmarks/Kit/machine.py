# Weir
# SPDX-License-Identifier: Apache-2.0
"""Programs under measurement: started with priority where that is allowed, timed, looked at."""

import os
import resource
import socket
import subprocess
import tempfile
import time

HERTZ = os.sysconf("SC_CLK_TCK")
CORES = len(os.sched_getaffinity(0))


def median(values):
    return sorted(values)[len(values) // 2]


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def prepare(cores):
    """Runs in the child before the program: a session of its own, priority, its cores."""
    os.setsid()
    try:
        with open("/proc/self/autogroup", "w") as group:
            group.write("-15")
        os.nice(-15)
    except OSError:
        pass  # Not root: then other programs disturb it as they like.
    if cores is not None:
        os.sched_setaffinity(0, cores)


def start(command, cores=None, **options):
    options.setdefault("stdout", subprocess.DEVNULL)
    options.setdefault("stderr", subprocess.DEVNULL)
    return subprocess.Popen(command, preexec_fn=lambda: prepare(cores), **options)


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def output(command, cores=None, timeout=600, **options):
    """What a program prints; its errors in the exception if it fails."""
    with tempfile.TemporaryFile() as errors:
        process = start(
            command, cores, stdout=subprocess.PIPE, stderr=errors, **options)
        try:
            text, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace")[-1500:]
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said}")
        return text.decode()


def memory(pid):
    """Megabytes (10^6 bytes) by the names of /proc/PID/status, and threads."""
    found = {}
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            key, _, value = line.partition(":")
            if key in ("RssAnon", "VmRSS", "VmHWM"):
                found[key] = int(value.split()[0]) * 1024 / 1e6
            elif key == "Threads":
                found[key] = int(value)
    return found


def ticks(pid):
    """CPU seconds of all threads so far, in steps of 10 ms."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / HERTZ


def cpu(pid):
    """CPU seconds of all threads so far, in nanosecond steps; ended threads left out."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat") as stat:
                total += int(stat.read().split()[0])
        except OSError:
            pass
    return total / 1e9


def busy():
    """CPU seconds that the whole machine has worked so far."""
    with open("/proc/stat") as stat:
        fields = [int(field) for field in stat.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / HERTZ


def run(command, cores=None, timeout=900):
    """Runs a program to its end: wall and CPU seconds, peak of its memory in MB, and the part of
    the machine that others took meanwhile."""
    with tempfile.TemporaryFile() as errors:
        others, began = busy(), time.perf_counter()
        process = start(command, cores, stderr=errors)
        peak, last = 0, began + timeout
        while True:
            try:
                peak = max(peak, memory(process.pid).get("VmHWM", 0))
            except OSError:
                pass
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.perf_counter() > last:
                process.kill()
            time.sleep(0.003)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace")[-1500:]
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said}")
        seconds = usage.ru_utime + usage.ru_stime
        # Peaks between two looks are missed; the system's own figure has the parent's pages in it.
        peak = max(peak, 0.0) or usage.ru_maxrss * 1024 / 1e6
        return {
            "wall": wall, "cpu": seconds, "rss": peak,
            "others": max(0.0, busy() - others - seconds) / (wall * CORES),
        }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load():
    return os.getloadavg()[0]


def describe():
    """The machine in a line."""
    model = "unknown processor"
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{CORES} cores of {model}, {pages:.0f} GiB, Linux {os.uname().release}"


def limit_files():
    """Room for many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    return soft
