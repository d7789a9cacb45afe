# Weir
# SPDX-License-Identifier: Apache-2.0
"""Lines of a whole catch-up: from a node to a durable store."""

import json
import os
import tempfile

import machine
from hotpaths import at_least, reached
from instance import events
from report import Figure, Row
from stub import Missing, Stub


def backfill(kit, stub, folder, *options):
    """The command of ours, with a store in a folder."""
    if "--verify" not in machine.output([kit.weir, "backfill", "--help"]):
        raise Missing("this weir has no backfill --verify")
    return [
        kit.weir, "backfill", "--rpc", stub.url, "--abi", events(stub.corpus, folder),
        "--from", stub.first, "--to", stub.last_block, "--store",
        os.path.join(folder, "weir.db"), *options]


def own(kit, stub, *options, cores=None):
    """Runs ours once; checks that nothing is missing."""
    with tempfile.TemporaryDirectory(prefix="weir-bench") as folder:
        result = machine.run(
            [str(word) for word in backfill(kit, stub, folder, *options)], cores)
        result["logs"] = stub.logs
        return result


def cryo(kit, stub, cores=None, chunk=100):
    """The peer: logs into Parquet files. It crashes now and then; then it is run again."""
    for attempt in range(3):
        with tempfile.TemporaryDirectory(prefix="weir-bench") as folder:
            command = [
                kit.path("venv-cryo", "bin", "python"), kit.source("e2e", "cryo_logs.py"), folder,
                stub.url, stub.first, stub.last_block + 1, chunk, 10]
            try:
                result = machine.run([str(word) for word in command], cores)
            except RuntimeError:
                if attempt == 2:
                    raise
                continue
            result["logs"] = stub.logs
            return result


def native(kit, stub):
    """The limit: a reader in C++ that decodes and keeps nothing."""
    with tempfile.TemporaryDirectory(prefix="weir-bench"):
        text = machine.output(
            [kit.path("limits"), "ingest", stub.url.rsplit(":", 1)[1], "10", "--corpus",
             stub.corpus])
        row = json.loads(text)
        return {"wall": row["wall_s"], "cpu": row["cpu_s"], "rss": row["rss_mb"],
                "logs": row["logs"]}


def turns(options, parts):
    """All programs in every round; gives the runs of each, none for what is not here."""
    runs, gone = {name: [] for name, _ in parts}, set()
    for _ in range(options.runs):
        for name, function in parts:
            if name in gone:
                continue
            try:
                runs[name].append(function())
            except Missing as missing:
                options.say(f"without {name}: {missing}")
                gone.add(name)
    return runs


def rates(name, runs):
    return Figure(name, [run["logs"] / run["wall"] for run in runs[name]]) if runs[name] else None


def peaks(name, runs):
    return Figure(name, [run["rss"] for run in runs[name]]) if runs[name] else None


def at_most(factor, figure, other):
    if not figure or not other:
        return None
    return figure.median <= factor * other.median


def e2e(kit, options):
    """From a node to a durable store, both cores, without and with proof."""
    rows = []
    with Stub(kit, kit.corpus("corpus-true")) as stub:
        names = {"weir": "off", "weir, receipts": "receipts"}
        runs = turns(options, [
            *[(name, lambda level=level: own(kit, stub, "--verify", level))
              for name, level in names.items()],
            ("cryo → Parquet", lambda: cryo(kit, stub)), ("C++", lambda: native(kit, stub))])
    peer, limit = rates("cryo → Parquet", runs), rates("C++", runs)
    for name, level in names.items():
        cost = Figure(name, [run["cpu"] / run["logs"] * 1e6 for run in runs[name]])
        rows.append(Row(
            "e2e", f"node → SQLite, 200,000 logs, `verify: {level}`", "logs/s", rates(name, runs),
            [peer], limit, "≥ 2 × cryo" if level == "off" else "",
            at_least(2, rates(name, runs), peer) if level == "off" else None,
            f"{cost.median:.2f} CPU µs a log, store synced"))
        rows.append(Row(
            "e2e", f"its peak memory, `verify: {level}`", "MB", peaks(name, runs),
            [peaks("cryo → Parquet", runs)], peaks("C++", runs), "≤ ¼ of cryo",
            at_most(0.25, peaks(name, runs), peaks("cryo → Parquet", runs))))
    return rows


def e2e_one_core(kit, options):
    """From a node to metrics, the program on one core, no log stored."""
    with Stub(kit, kit.corpus("corpus-true")) as stub:
        runs = turns(options, [
            ("weir", lambda: own(kit, stub, "--verify", "off", "--totals-only", cores={0})),
            ("cryo → Parquet", lambda: cryo(kit, stub, {0}))])
    return [Row(
        "e2e-one-core", "node → metrics on one core, no log stored", "logs/s",
        rates("weir", runs), [rates("cryo → Parquet", runs)], None, "≥ 4 × cryo",
        at_least(4, rates("weir", runs), rates("cryo → Parquet", runs)))]


TRACKERS = """tokens: { FAB: { chain: main, decimals: 18 } }
trackers:
  fees:
    fab:
      token: FAB
      transfer: { event: Transfer.Transfer, amount: value }
      fee: { event: Swap.Swap, amount: amount0In, payer: sender }
  staking:
    nodes:
      token: FAB
      stake: { event: Approval.Approval, account: owner, amount: value, total: value }
"""


def tracked(kit, stub, trackers):
    """A catch-up by a configuration, with trackers or without."""
    with open(os.path.join(stub.corpus, "contracts.json")) as file:
        contracts = json.load(file)
    with tempfile.TemporaryDirectory(prefix="weir-bench") as folder:
        path = os.path.join(folder, "weir.yaml")
        abi = events(stub.corpus, folder)
        with open(path, "w") as file:
            file.write(
                f"chains:\n  main:\n    id: 1\n    endpoints: [{{ url: \"{stub.url}\" }}]\n"
                f"    start: {stub.first}\n"
                f"store: {{ sqlite: \"{os.path.join(folder, 'weir.db')}\" }}\ncontracts:\n")
            for name, address in contracts.items():
                file.write(
                    f"  {name}:\n    chain: main\n    address: \"{address}\"\n"
                    f"    abi: \"{abi}\"\n")
            file.write(trackers)
        result = machine.run([
            kit.weir, "backfill", "-c", path, "--from", str(stub.first), "--to",
            str(stub.last_block), "--verify", "off"])
        result["logs"] = stub.logs
        return result


def reduce(kit, options):
    """What trackers add to a catch-up: nine of ten logs reach one, two leave a fact."""
    with Stub(kit, kit.corpus("corpus-follow")) as stub:
        runs = turns(options, [
            ("weir", lambda: tracked(kit, stub, TRACKERS)),
            ("without trackers", lambda: tracked(kit, stub, ""))])
    cost, plain = [
        Figure(name, [run["cpu"] / run["logs"] * 1e6 for run in runs[name]])
        for name in ("weir", "without trackers")]
    return [Row(
        "reduce", "node → SQLite with trackers, `verify: off`", "CPU µs a log", cost, [plain], None,
        "≤ 1.2 × without", at_most(1.2, cost, plain))]


def memory(kit, options):
    """Peak memory of a catch-up of 0.2, 1 and 10 million logs."""
    sizes = [("0.2 M", "corpus-true", 1), ("1 M", "corpus-follow", 1), ("10 M", "corpus-follow", 10)]
    peaks_by_size, rows, peer = {}, [], None
    for size, corpus, rounds in sizes[:2] if options.short else sizes:
        with Stub(kit, kit.corpus(corpus), "--repeat", rounds) as stub:
            stub.repeat(rounds)
            count = min(options.runs, 1 if rounds > 1 else options.runs)
            peaks_by_size[size] = Figure(
                "weir", [own(kit, stub, "--verify", "off")["rss"] for _ in range(count)])
            if size == "1 M":
                try:
                    peer = Figure("cryo, 1 M", [cryo(kit, stub, chunk=500)["rss"]])
                except Missing as missing:
                    options.say(f"without cryo: {missing}")
    smallest = peaks_by_size["0.2 M"]
    for size, figure in peaks_by_size.items():
        rows.append(Row(
            "memory", f"peak of a catch-up of {size} logs", "MB", figure, [peer], None,
            "flat: ≤ 1.25 × that of 0.2 M; ≤ ¼ of cryo",
            reached(at_most(1.25, figure, smallest),
                    at_most(0.25, figure, peer) if peer else True)))
    return rows
