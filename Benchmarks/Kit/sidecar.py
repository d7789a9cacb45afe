# Weir
# SPDX-License-Identifier: Apache-2.0
"""Lines of a monitor that runs: at rest, at its start, asked for metrics and for its health."""

import contextlib
import json
import os
import re
import selectors
import shutil
import socket
import tempfile
import threading
import time
import urllib.request

import machine
from hotpaths import by_turns, limit, ours
from instance import Instance, get
from report import Figure, Row
from stub import Missing, Stub

# Two events of twenty-three logs a block: what a sidecar with a few contracts sees.
FEW = ("NameRegistered", "ProposalCreated")


@contextlib.contextmanager
def exporter(kit, name):
    """A program of the Prometheus project, as Debian ships it."""
    port = machine.free_port()
    program = kit.path("deb", "usr", "bin", f"prometheus-{name}")
    command = [program, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as config:
        if name == "blackbox-exporter":
            config.write("modules:\n  http_2xx:\n    prober: http\n")
            config.flush()
            command.append(f"--config.file={config.name}")
        began = time.perf_counter()
        process = machine.start(command)
        try:
            while True:
                try:
                    get(port, "/metrics")
                    break
                except OSError:
                    if process.poll() is not None or time.perf_counter() - began > 30:
                        raise RuntimeError(f"{name} did not start") from None
                    time.sleep(0.0005)
            process.port, process.seconds = port, time.perf_counter() - began
            yield process
        finally:
            machine.stop(process)


def missing_is_none(options, body):
    try:
        return body()
    except Missing as missing:
        options.say(f"without a peer: {missing}")
        return None


# MARK: At rest


def rest(pid, seconds):
    """Memory, and CPU as a part of one core in percent."""
    time.sleep(15)
    cpu, began = machine.ticks(pid), time.perf_counter()
    time.sleep(seconds)
    spent = (machine.ticks(pid) - cpu) / (time.perf_counter() - began) * 100
    return {**machine.memory(pid), "cpu": spent}


def idle(kit, options):
    """Memory and CPU of a sidecar at rest, at a block every 12 s and every 2 s."""
    corpus, rows, peers = kit.corpus("corpus-follow"), [], []
    seconds = options.seconds or (5 if options.short else 60)
    for period, target in ((12_000, 0.2), (2_000, 1.0)):
        with Stub(kit, corpus, "--head-start", corpus_first(corpus) + 200,
                  "--block-time-ms", period) as stub:
            with Instance(kit, corpus, stub.url, stub.first + 100, only=FEW) as weir:
                weir.until_block(stub.first + 200)
                if period == 12_000:
                    peers = go_at_rest(kit, options, seconds)
                found = rest(weir.process.pid, seconds)
        each = f"a block every {period // 1000} s"
        if period == 12_000:
            rows += [
                Row("idle", f"memory of its own, {each}", "MB `RssAnon`",
                    Figure("weir", [found["RssAnon"]]),
                    [Figure(name, [peer["RssAnon"]]) for name, peer in peers], None, "≤ 10 MB",
                    found["RssAnon"] <= 10, f"{found['Threads']} threads"),
                Row("idle", "with the pages of files", "MB `VmRSS`",
                    Figure("weir", [found["VmRSS"]]),
                    [Figure(name, [peer["VmRSS"]]) for name, peer in peers], None, "≤ 40 MB",
                    found["VmRSS"] <= 40)]
        rows.append(Row(
            "idle", f"CPU, {each}", "% of a core", Figure("weir", [found["cpu"]]),
            [Figure(name, [peer["cpu"]]) for name, peer in peers], None,
            f"{'≤' if target < 1 else '<'} {target:g} %", found["cpu"] <= target,
            f"over {seconds} s; {found['RssAnon']:.1f} MB `RssAnon`"))
    return rows


def corpus_first(corpus):
    with open(os.path.join(corpus, "expected.json")) as file:
        return json.load(file)["first_block"]


def go_at_rest(kit, options, seconds):
    """The Go programs, all at once: at rest they are not in each other's way."""
    found, threads = [], []

    def look(name):
        try:
            with exporter(kit, name) as process:
                found.append((name, rest(process.pid, seconds)))
        except Missing as missing:
            options.say(f"without {name}: {missing}")

    for name in ("node-exporter", "blackbox-exporter", "pushgateway"):
        threads.append(threading.Thread(target=look, args=(name,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return sorted(found)


# MARK: Start


def filled_store(kit, options, name, **settings):
    """The file of a store that `weir run` filled with the logs of a million, kept for later."""
    corpus = kit.corpus("corpus-follow")
    folder = os.path.join(kit.built, name + ("-short" if options.short else ""))
    version = machine.output([kit.weir, "--version"]).strip()
    note, store = os.path.join(folder, "version"), os.path.join(folder, "weir.db")
    if os.path.exists(note) and open(note).read() == version and not options.fresh:
        return store
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with Stub(kit, corpus) as stub:
        with Instance(
                kit, corpus, stub.url, first_block(stub, options), store, **settings) as weir:
            weir.until_block(stub.last_block)
    with open(note, "w") as file:
        file.write(version)
    return store


def first_block(stub, options):
    return stub.last_block - 50 if options.short else stub.first


def start(kit, options):
    """From the start of the process to the first answer, with a store of a million logs."""
    corpus, rows = kit.corpus("corpus-follow"), []

    def go():
        with exporter(kit, "blackbox-exporter") as process:
            return process.seconds * 1e3

    with Stub(kit, corpus) as stub:
        # The logs of blocks that are not final yet are folded again at each start.
        for name, finality in (("store-1m-final", 2), ("store-1m", 64)):
            store = filled_store(kit, options, name, finality=finality)

            def own(store=store, finality=finality):
                with Instance(
                        kit, corpus, stub.url, first_block(stub, options), store,
                        finality=finality) as weir:
                    return weir.seconds_to_first_answer * 1e3

            own()  # What a new version has to make anew it makes once.
            weir, peer = by_turns(options, [("weir", own), ("blackbox-exporter", go)])
            rows.append(Row(
                "start", f"start → first `/metrics`, 1 M logs stored, {finality * 250:,} of them "
                "not final", "ms", weir, [peer], None, "≤ 50 ms", weir.median <= 50,
                f"store of {os.path.getsize(store) / 1e6:.0f} MB, a new process each"))
    return rows


# MARK: Requests


def requests(kit, options):
    """HTTP requests for each block that is followed."""
    corpus, rows = kit.corpus("corpus-follow"), []
    seconds = options.seconds or (6 if options.short else 40)
    for level in ("off", "bloom", "receipts"):
        with Stub(kit, corpus, "--head-start", corpus_first(corpus) + 200,
                  "--block-time-ms", 1_000) as stub:
            chain = f"    verify: {level}\n"
            with Instance(
                    kit, corpus, stub.url, stub.first + 100, only=FEW, poll_max="1s",
                    chain=chain) as weir:
                weir.until_block(stub.first + 205)
                before, block = stub.counts(), weir.value("weir_chain_processed_block")
                time.sleep(seconds)
                after, last = stub.counts(), weir.value("weir_chain_processed_block")
        blocks = max(1, last - block)
        http = (after["http_requests"] - before["http_requests"]) / blocks
        calls = (after["rpc_calls"] - before["rpc_calls"]) / blocks
        rows.append(Row(
            "requests", f"HTTP requests a block, `verify: {level}`", "", Figure("weir", [http]),
            [], None, "1", http <= 1.0, f"{calls:.1f} calls a block, over {blocks:.0f} blocks"))
    return rows


# MARK: Metrics


def series(kit, options):
    """`/metrics` with 100,000 series: CPU and memory."""
    rows = []
    render, python, native = by_turns(options, [
        ("weir", lambda: 100_000 / ours(kit, "series") * 1e3),
        ("prometheus-client (Python)", lambda: python_client(kit)),
        ("C++", lambda: 100_000 / limit(
            kit, "expo", "render 100k gauge series, label text kept ready") * 1e3)])
    rows.append(Row(
        "series", "render 100,000 series", "CPU ms", render, [python], native, "≤ 36 ms",
        render.median <= 36))
    corpus = kit.corpus("corpus-follow")
    # Blocks of 175 transfers are no everyday matter: states of 64 of them would be half of it all.
    settings = {"only": ("Transfer",), "series": True, "finality": 2}
    store = filled_store(kit, options, "store-series", **settings)
    with Stub(kit, corpus) as stub, contextlib.ExitStack() as stack:
        weir = stack.enter_context(Instance(
            kit, corpus, stub.url, first_block(stub, options), store, **settings))
        gateway = missing_is_none(
            options, lambda: stack.enter_context(pushed(kit)))
        weir.until_block(stub.last_block)
        # What the start left behind is given back after some seconds.
        time.sleep(2 if options.short else 12)
        page = weir.get()
        count = sum(1 for line in page.splitlines() if not line.startswith(b"#"))
        costs, peer_costs = [], []
        for _ in range(max(options.runs, 3)):
            costs.append(cost(weir.process.pid, weir.port))
            if gateway:
                peer_costs.append(cost(gateway.pid, gateway.port))
        resident = machine.memory(weir.process.pid)
        peer = machine.memory(gateway.pid) if gateway else None
    rows.append(Row(
        "series", f"`/metrics` of `weir run` with {count:,} series", "CPU ms",
        Figure("weir", costs), [Figure("pushgateway", peer_costs)] if peer_costs else [], None,
        "≤ 36 ms", Figure("", costs).median <= 36, f"{len(page) / 1e6:.1f} MB of text"))
    rows.append(Row(
        "series", "its memory after the scrapes", "MB `VmRSS`",
        Figure("weir", [resident["VmRSS"]]),
        [Figure("pushgateway", [peer["VmRSS"]])] if peer else [], None, "≤ 70 MB",
        resident["VmRSS"] <= 70,
        f"{resident['RssAnon']:.0f} MB `RssAnon`; two blocks not yet final"))
    return rows


def cost(pid, port, scrapes=5):
    """CPU milliseconds of a scrape."""
    before = machine.ticks(pid)
    for _ in range(scrapes):
        get(port, "/metrics")
    return (machine.ticks(pid) - before) / scrapes * 1e3


def python_client(kit):
    text = machine.output(
        [kit.path("venv", "bin", "python"), kit.source("prom", "bench_prom.py"), "100000"], {0})
    return json.loads(text.splitlines()[0])["cpu_s_median_min_max"][0] * 1e3


@contextlib.contextmanager
def pushed(kit):
    """A push gateway that holds 100,000 gauges."""
    lines = ["# TYPE evm_token_transfer_volume gauge"]
    for index in range(100_000):
        lines.append(
            f'evm_token_transfer_volume{{chain="ethereum",token="0x{index * 0x9E3779B9:040x}",'
            f'symbol="sym{index % 500}"}} {index * 1.5}')
    body = ("\n".join(lines) + "\n").encode()
    with exporter(kit, "pushgateway") as process:
        request = urllib.request.Request(
            f"http://127.0.0.1:{process.port}/metrics/job/x", body, method="PUT")
        urllib.request.urlopen(request, timeout=120).read()
        yield process


# MARK: Answers


def quick(port, path, count):
    """Milliseconds of requests one after the other, each on a connection of its own."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        get(port, path)
        times.append((time.perf_counter() - began) * 1e3)
    return times


def wrk(kit, port, path, connections, seconds):
    """p99 in ms, requests a second, and answers that were no 200, of a closed loop."""
    if not shutil.which("wrk"):
        raise Missing("wrk is not installed")
    text = machine.output([
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
        f"http://127.0.0.1:{port}{path}"])
    value, unit = re.search(r"99%\s+([0-9.]+)(us|ms|s)", text).groups()
    scale = {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    rate = float(re.search(r"Requests/sec:\s+([0-9.]+)", text).group(1))
    return float(value) * scale, rate, int(bad.group(1)) if bad else 0


def burst(port, path, connections):
    """Milliseconds of requests that all begin at the same instant, each on its own connection."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    sockets = []
    for _ in range(connections):
        sockets.append(socket.create_connection(("127.0.0.1", port), timeout=30))
    selector, began, times, refused = selectors.DefaultSelector(), {}, [], 0
    for connection in sockets:
        connection.setblocking(False)
        began[connection] = time.perf_counter()
        connection.send(request)
        selector.register(connection, selectors.EVENT_READ, bytearray())
    while selector.get_map():
        for key, _ in selector.select(timeout=30):
            try:
                piece = key.fileobj.recv(1 << 18)
            except OSError:
                piece = b""
            key.data.extend(piece)
            if not piece:
                times.append((time.perf_counter() - began[key.fileobj]) * 1e3)
                refused += not key.data.startswith(b"HTTP/1.1 200")
                selector.unregister(key.fileobj)
                key.fileobj.close()
    return times, refused


def scrape(kit, options):
    """A scrape of some 10 kB: alone, and 100 at once."""
    corpus, rows = kit.corpus("corpus-follow"), []
    machine.limit_files()
    count = 20 if options.short else 200
    with Stub(kit, corpus) as stub, contextlib.ExitStack() as stack:
        weir = stack.enter_context(Instance(
            kit, corpus, stub.url, stub.last_block - 50, only=FEW))
        blackbox = missing_is_none(
            options, lambda: stack.enter_context(exporter(kit, "blackbox-exporter")))
        weir.until_block(stub.last_block)
        size = len(weir.get())
        alone, peer_alone, bursts, peer_bursts, refused = [], [], [], [], 0
        for _ in range(options.runs):
            alone.append(machine.median(quick(weir.port, "/metrics", count)))
            if blackbox:
                peer_alone.append(machine.median(quick(blackbox.port, "/metrics", count)))
            times, bad = burst(weir.port, "/metrics", 100)
            bursts.append(machine.percentile(times, 0.99))
            refused += bad
            if blackbox:
                times, _ = burst(blackbox.port, "/metrics", 100)
                peer_bursts.append(machine.percentile(times, 0.99))
        rows.append(Row(
            "scrape", f"`/metrics` of {size / 1e3:.1f} kB, a new connection each", "ms median",
            Figure("weir", alone),
            [Figure("blackbox-exporter", peer_alone)] if blackbox else [], None, "≤ 1 ms",
            Figure("", alone).median <= 1))
        rows.append(Row(
            "scrape", "100 scrapes that begin at one instant", "ms p99", Figure("weir", bursts),
            [Figure("blackbox-exporter", peer_bursts)] if blackbox else [], None, "≤ 5 ms",
            Figure("", bursts).median <= 5 and refused == 0, f"{refused} refused"))
        seconds = 2 if options.short else 5
        missing_is_none(options, lambda: rows.append(
            loop(kit, options, weir, blackbox, "scrape", "/metrics", 100, seconds, None)))
    return rows


def loop(kit, options, weir, blackbox, line, path, connections, seconds, target):
    """Connections that ask again as soon as they have an answer."""
    found, peers = [], []
    for _ in range(options.runs):
        found.append(wrk(kit, weir.port, path, connections, seconds))
        if blackbox:
            peers.append(wrk(kit, blackbox.port, "/metrics" if path == "/metrics"
                             else "/-/healthy", connections, seconds))
    figure = Figure("weir", [p99 for p99, _, _ in found])
    rate = machine.median([rate for _, rate, _ in found])
    bad = sum(bad for _, _, bad in found)
    note = f"{rate:.0f} answers a second, {bad} refused"
    if peers:
        note += f"; blackbox-exporter {machine.median([rate for _, rate, _ in peers]):.0f}"
    return Row(
        line, f"`{path}`, {connections} connections without a pause", "ms p99", figure,
        [Figure("blackbox-exporter", [p99 for p99, _, _ in peers])] if peers else [], None,
        f"≤ {target} ms" if target else "", figure.median <= target if target else None, note)


def health(kit, options):
    """The health endpoint."""
    corpus = kit.corpus("corpus-follow")
    with Stub(kit, corpus) as stub, contextlib.ExitStack() as stack:
        weir = stack.enter_context(Instance(
            kit, corpus, stub.url, stub.last_block - 50, only=FEW))
        blackbox = missing_is_none(
            options, lambda: stack.enter_context(exporter(kit, "blackbox-exporter")))
        weir.until_block(stub.last_block)
        count = 50 if options.short else 1_000
        alone = Figure("weir", [
            machine.percentile(quick(weir.port, "/health", count), 0.99)
            for _ in range(options.runs)])
        rows = [Row(
            "health", "`/health`, a new connection each", "ms p99", alone, [], None, "≤ 5 ms",
            alone.median <= 5)]
        missing_is_none(options, lambda: rows.append(
            loop(kit, options, weir, blackbox, "health", "/health", 10,
                 2 if options.short else 5, 5)))
    return rows
