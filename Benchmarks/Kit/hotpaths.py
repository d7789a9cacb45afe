# Weir
# SPDX-License-Identifier: Apache-2.0
"""Lines on one core, in CPU time: ours, the peer and the limit by turns, each in a process of its
own that warms up once and is timed once."""

import json

import machine
from report import Figure, Row
from stub import Missing


def ours(kit, name, corpus=None, extra=()):
    command = [kit.benchmarks, "--json", "--runs", "1", "--only", name, *extra]
    if corpus:
        command += ["--corpus", corpus]
    row = json.loads(machine.output(command, {0}))
    if not row["exact"]:
        raise RuntimeError(f"{name}: a result is not what it had to be")
    return row["per_cpu_s"]


def limit(kit, mode, what):
    """A figure of the native reference, in units for a CPU second."""
    text = machine.output([kit.path("limits"), mode, "--runs", "1"], {0})
    for line in text.splitlines():
        row = json.loads(line)
        if row.get("what") == what:
            return row["per_cpu_s"]["median"]
    raise Missing(f"limits {mode} says nothing of {what}")


def peer(kit, name, form):
    command = [
        kit.path("venv", "bin", "python"), kit.source("decode", "bench_decode.py"), name, form,
        "--runs", "1", "--corpus", kit.corpus("corpus")]
    if name == "glaciers":
        command.append("--serial")
    row = json.loads(machine.output(command, {0}).splitlines()[-1])
    return row["ev_per_cpu_s"][0]


def by_turns(options, parts):
    """Runs all parts in every round: what disturbs the machine disturbs all of them alike.

    parts: (name, function) pairs. Gives figures, None for what is not here.
    """
    values, gone = {name: [] for name, _ in parts}, {}
    for _ in range(options.runs):
        for name, function in parts:
            if name in gone:
                continue
            try:
                values[name].append(function())
            except Missing as missing:
                gone[name] = str(missing)
    for name, why in gone.items():
        options.say(f"without {name}: {why}")
    return [Figure(name, values[name]) if values[name] else None for name, _ in parts]


def reached(*conditions):
    """True if all hold; None where there is nothing to compare with."""
    return None if any(condition is None for condition in conditions) else all(conditions)


def at_least(factor, figure, other):
    if not figure or not other:
        return None
    return figure.median >= factor * other.median


def decode(kit, options):
    """Events from prepared bytes, one core."""
    corpus = kit.corpus("corpus")
    own, tiders, hypersync, walk = by_turns(options, [
        ("weir", lambda: ours(kit, "decode", corpus)),
        ("tiders-core", lambda: peer(kit, "tiders-core", "best")),
        ("hypersync", lambda: peer(kit, "hypersync", "best")),
        ("C++", lambda: limit(
            kit, "decodebin", "reference: binary log -> typed values (ABI walk only)")),
    ])
    return [Row(
        "decode", "prepared bytes → decoded events", "events/CPU s", own, [tiders, hypersync],
        walk, "≥ 6 × tiders-core", at_least(6, own, tiders),
        "every count and sum as in expected.json")]


def text(kit, options):
    """Events from the text of answers, one core."""
    corpus = kit.corpus("corpus")
    own, tiders, simdjson = by_turns(options, [
        ("weir", lambda: ours(kit, "text", corpus)),
        ("tiders-core + orjson", lambda: peer(kit, "tiders-core", "raw")),
        ("C++ with simdjson", lambda: limit(
            kit, "decode", "reference: JSON text -> typed events")),
    ])
    return [Row(
        "text", "JSON-RPC text → decoded events", "logs/CPU s", own, [tiders], simdjson,
        "≥ 6 × tiders-core, ≥ ¾ of C++",
        reached(at_least(6, own, tiders), at_least(0.75, own, simdjson)))]


def keccak(kit, options):
    """Keccak-256 of 64 bytes, one core."""
    own, native = by_turns(options, [
        ("weir", lambda: ours(kit, "keccak")),
        ("C++", lambda: limit(
            kit, "keccak", "keccak256 plain C++, 64 byte input")),
    ])
    return [Row(
        "keccak", "Keccak-256 of 64 bytes", "hashes/CPU s", own, [native], None, "≥ 0.8 × C++",
        at_least(0.8, own, native))]


def recover(kit, options):
    """The address that signed, one core."""
    own, native = by_turns(options, [
        ("weir", lambda: ours(kit, "recover")),
        ("libsecp256k1 in C++", lambda: limit(
            kit, "secp", "libsecp256k1 ecdsa_recover + serialize + keccak -> address")),
    ])
    return [Row(
        "recover", "signature → address", "/CPU s", own, [native], None, "≥ 0.95 × C++",
        at_least(0.95, own, native))]


def lines(kit, options, name):
    """The rows of a line of ours that has no peer."""
    extra = ["--accounts", "10000"] if options.short else []
    text = machine.output(
        [kit.benchmarks, "--json", "--runs", str(options.runs), "--only", name, *extra], {0})
    return [json.loads(line) for line in text.splitlines()]


def track(kit, options):
    """Trackers beside none, one core: reducing alone."""
    corpus = kit.corpus("corpus")
    own, plain = by_turns(options, [
        ("weir", lambda: ours(kit, "track", corpus)),
        ("without trackers", lambda: ours(kit, "reduce", corpus))])
    return [Row("track", "reduce with trackers", "logs/CPU s", own, [plain])]


def accounts(kit, options):
    """A million accounts: memory of each, and what a block costs beside them."""
    return [
        Row("accounts", row["what"], f"{row['unit']}/CPU s",
            Figure("weir", [row["per_cpu_s"]]),
            target="≤ 200 bytes" if row["note"].endswith("an account") else "",
            reached=row["exact"] if row["note"].endswith("an account") else None,
            note=row["note"])
        for name in ("ledger", "stakes") for row in lines(kit, options, name)]


def cardinality(kit, options):
    """A million strangers: the series do not grow."""
    return [
        Row("cardinality", row["what"], f"{row['unit']}/CPU s",
            Figure("weir", [row["per_cpu_s"]]), target="series stay in the budget",
            reached=row["exact"], note=row["note"])
        for row in lines(kit, options, "cardinality")]
