# Weir
# SPDX-License-Identifier: Apache-2.0
"""Starts one of the servers beside this file and calls it. Standard library only."""

import http.client
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


class RPCFailure(Exception):
    def __init__(self, error):
        super().__init__(f"{error['code']} {error['message']}")
        self.code, self.message, self.data = error["code"], error["message"], error.get("data")


class Client:
    """A running server and one kept-alive connection to it."""

    def __init__(self, script, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / script), "--until-stdin-closes", *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{script} ended before it was ready")
        self.hello = json.loads(line)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.hello["port"], timeout=60)

    def close(self):
        self.connection.close()
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(10)

    def post(self, body, **headers):
        """(status, headers, body bytes) of one POST."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request("POST", "/", body, {"Content-Type": "application/json"} | headers)
        response = self.connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()

    def call(self, method, *params):
        request = {"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)}
        answer = json.loads(self.post(request)[2])
        if "error" in answer:
            raise RPCFailure(answer["error"])
        return answer["result"]

    def named(self, method, **params):
        request = {"jsonrpc": "2.0", "id": 8, "method": method, "params": params}
        answer = json.loads(self.post(request)[2])
        if "error" in answer:
            raise RPCFailure(answer["error"])
        return answer["result"]
