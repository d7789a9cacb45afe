# Weir
# SPDX-License-Identifier: Apache-2.0
"""A running `weir run` on a node that serves a corpus."""

import http.client
import json
import os
import re
import tempfile
import time

import machine


def events(corpus, folder):
    """The events of a corpus as a file that Weir reads."""
    with open(os.path.join(corpus, "expected.json")) as file:
        signatures = json.load(file)["signatures"]
    path = os.path.join(folder, "events.txt")
    with open(path, "w") as file:
        file.writelines(f"event {text};\n" for text in signatures.values())
    return path


SERIES = [
    # For each of the 20,000 accounts of a corpus five series: both sums have a reverted twin.
    ("bench_sent_tokens_total", "sum", "from"),
    ("bench_received_tokens_total", "sum", "to"),
    ("bench_last_tokens", "gauge", "to"),
]


class Instance:
    """`weir run` as long as the `with` block, in a folder that is kept if it is given.

    The contracts are those of a corpus with one for each event; `only` leaves the others out.
    """

    def __init__(self, kit, corpus, url, start, store=None, only=None, poll_max="12s",
                 series=False, binary=None, chain="", finality=64):
        self.kit, self.corpus, self.url, self.first = kit, corpus, url, start
        self.only, self.poll_max, self.series, self.chain = only, poll_max, series, chain
        self.binary, self.finality = binary or kit.weir, finality
        self.folder = tempfile.TemporaryDirectory(prefix="weir-bench")
        self.store = store or os.path.join(self.folder.name, "weir.db")
        self.process = None

    def write(self):
        with open(os.path.join(self.corpus, "contracts.json")) as file:
            contracts = json.load(file)
        abi = events(self.corpus, self.folder.name)
        path = os.path.join(self.folder.name, "weir.yaml")
        self.port = machine.free_port()
        with open(path, "w") as file:
            file.write(
                f"chains:\n  main:\n    id: 1\n    endpoints: [{{ url: \"{self.url}\" }}]\n"
                f"    start: {self.first}\n    finality: {self.finality}\n"
                f"    poll: {{ min: 200ms, max: {self.poll_max} }}\n{self.chain}"
                f"server: {{ listen: \"127.0.0.1:{self.port}\" }}\n"
                f"store: {{ sqlite: \"{self.store}\" }}\nlogging: {{ level: warning }}\n"
                "contracts:\n")
            for name, address in contracts.items():
                if not self.only or name in self.only:
                    file.write(
                        f"  {name}:\n    chain: main\n    address: \"{address}\"\n"
                        f"    abi: \"{abi}\"\n")
            if self.series:
                file.write("metrics:\n")
                for name, kind, label in SERIES:
                    file.write(
                        f"  - {{ name: {name}, type: {kind}, event: Transfer.Transfer, "
                        "value: value, decimals: 18, "
                        f"labels: {{ account: {label} }}, max_series: 30000 }}\n")
        return path

    def __enter__(self):
        config = self.write()
        self.log = open(os.path.join(self.folder.name, "log"), "w+")
        began = time.perf_counter()
        self.process = machine.start(
            [self.binary, "run", "-c", config], stderr=self.log)
        try:
            self.body = self.wait("/metrics", began + 60)
        except Exception:
            self.__exit__()
            raise
        self.seconds_to_first_answer = time.perf_counter() - began
        return self

    def __exit__(self, *_):
        if self.process:
            machine.stop(self.process)
        self.log.close()
        self.folder.cleanup()

    def wait(self, path, end):
        while True:
            try:
                return self.get(path)
            except OSError:
                if self.process.poll() is not None:
                    self.log.seek(0)
                    raise RuntimeError("weir run ended: " + self.log.read()[-1500:]) from None
                if time.perf_counter() > end:
                    raise
                time.sleep(0.0005)

    def get(self, path="/metrics"):
        """One request on a connection of its own."""
        return get(self.port, path)

    def value(self, name):
        """The sum of a metric's series."""
        pattern = rf"^{name}(?:\{{.*\}})? ([0-9.eE+-]+)$"
        return sum(float(value) for value in re.findall(pattern, self.get().decode(), re.M))

    def until_block(self, number, seconds=600):
        end = time.time() + seconds
        while self.value("weir_chain_processed_block") < number:
            if self.process.poll() is not None or time.time() > end:
                raise RuntimeError(f"weir run did not get to block {number}")
            time.sleep(0.2)


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return body
    finally:
        connection.close()
