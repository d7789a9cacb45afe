# Weir
# SPDX-License-Identifier: Apache-2.0
"""The kit with the peers, and its node: a program that serves a corpus as JSON-RPC."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request

import machine

HERE = os.path.dirname(os.path.abspath(__file__))


class Missing(Exception):
    """Something of the kit is not here."""


class Kit:
    """Where programs, corpora and peers are.

    WEIR_BENCH is what the kit's build.sh made; WEIR_BENCH_KIT its sources.
    """

    def __init__(self, root, weir, benchmarks):
        self.built = os.environ.get("WEIR_BENCH", "/tmp/weir-bench")
        self.sources = os.environ.get(
            "WEIR_BENCH_KIT", os.path.join(os.path.dirname(root), "shared", "bench"))
        self.root, self.weir, self.benchmarks = root, weir, benchmarks

    def path(self, *parts):
        """Something that build.sh makes."""
        path = os.path.join(self.built, *parts)
        if not os.path.exists(path):
            raise Missing(f"{path} is not there")
        return path

    def source(self, *parts):
        path = os.path.join(self.sources, *parts)
        if not os.path.exists(path):
            raise Missing(f"{path} is not there")
        return path

    def corpus(self, name):
        """A corpus; those with true hashes are forged when they are first asked for."""
        folder = os.path.join(self.built, name)
        if os.path.exists(os.path.join(folder, "expected.json")):
            return folder
        forged = {"corpus-true": ("corpus", []),
                  "corpus-follow": ("corpus1m", ["--contract-per-event"])}
        if name not in forged:
            raise Missing(f"{folder} is not there")
        base, options = forged[name]
        partial = folder + ".partial"
        shutil.rmtree(partial, ignore_errors=True)
        machine.output(
            [self.benchmarks, "forge", "--in", self.corpus(base), "--out", partial] + options)
        os.rename(partial, folder)
        return folder

    def stub_program(self):
        """The kit's node with receipts that have blooms, and repeats; built when it changed."""
        source = self.source("stub", "evmstub.rs")
        patch = os.path.join(HERE, "evmstub.patch")
        program = os.path.join(self.built, "weirstub")
        newest = max(os.path.getmtime(source), os.path.getmtime(patch))
        if os.path.exists(program) and os.path.getmtime(program) >= newest:
            return program
        for tool in ("rustc", "patch"):
            if not shutil.which(tool):
                raise Missing(f"{tool} is not installed; the node cannot be built")
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "evmstub.rs")
            shutil.copyfile(source, copy)
            subprocess.run(["patch", "-s", "-p1", "-d", folder, "-i", patch], check=True)
            partial = f"{program}.{os.getpid()}"
            subprocess.run(
                ["rustc", "-C", "opt-level=3", "-C", "target-cpu=native", "-o", partial, copy],
                check=True)
        os.rename(partial, program)
        return program

    def versions(self):
        """Of the peers, as the kit noted them."""
        try:
            with open(self.source("results", "versions.txt")) as file:
                return file.read()
        except Missing:
            return ""


class Stub:
    """A node that runs as long as the `with` block."""

    def __init__(self, kit, corpus, *options):
        self.kit, self.corpus, self.options = kit, corpus, options

    def __enter__(self):
        self.log = tempfile.NamedTemporaryFile("w+", prefix="weirstub")
        self.process = machine.start(
            [self.kit.stub_program(), "--corpus", self.corpus, "--port", "0",
             "--duration-s", "7200", *map(str, self.options)], stderr=self.log)
        end = time.time() + 120
        while time.time() < end:
            found = re.search(r"http://127\.0\.0\.1:(\d+)", open(self.log.name).read())
            if found:
                self.url = found.group(0)
                with open(os.path.join(self.corpus, "expected.json")) as file:
                    expected = json.load(file)
                self.first, self.last_block = expected["first_block"], expected["last_block"]
                self.blocks, self.logs = expected["blocks"], expected["logs"]
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("the node did not start: " + open(self.log.name).read()[-500:])

    def __exit__(self, *_):
        machine.stop(self.process)
        self.log.close()

    def repeat(self, rounds):
        """Says that a forged corpus is served so many times, one after the other."""
        # Each round begins with the empty block before the first.
        self.last_block = self.first - 1 + (self.blocks + 1) * rounds - 1
        self.logs *= rounds

    def counts(self):
        """What it has served so far."""
        with urllib.request.urlopen(self.url + "/", timeout=10) as answer:
            return json.load(answer)
