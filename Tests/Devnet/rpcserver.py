# Weir
# SPDX-License-Identifier: Apache-2.0
"""A small JSON-RPC 2.0 server over HTTP/1.1 with keep-alive, batches, gzip and scripted faults.

It listens on a free loopback port and prints one JSON line with that port when it is ready.
Methods run one at a time under one lock. Standard library only.

Faults (`<prefix>_fail [n, kind]`) befall the next n HTTP requests that hold no control method:
  error      every call answers -32000 "injected failure"
  limit      every call answers -32005 "limit exceeded"
  429        HTTP 429 with Retry-After: 1
  502        HTTP 502 with an HTML page
  html       HTTP 200 with an HTML page
  empty      HTTP 200 with no body
  truncated  HTTP 200 whose JSON stops in the middle, Content-Length agreeing
  cut        the connection closes in the middle of the body
  close      the connection closes without an answer
  null       every result is null
"""

import gzip
import http.server
import inspect
import json
import os
import signal
import socket
import sys
import threading
import traceback
from collections import Counter, deque

from ledger import RPCError

KINDS = ("error", "limit", "429", "502", "html", "empty", "truncated", "cut", "close", "null")
PAGE = b"<!DOCTYPE html><html><head><title>Bad gateway</title></head><body>502</body></html>"
BODY_MAX = 32 * 1024 * 1024
BATCH_MAX = 1000


class Node:
    """The methods of a server, its faults and its counts.

    `prefix` is that of the control methods (`devnet`, `stub`); they never fail by injection and
    are not counted.
    """

    def __init__(self, prefix, methods):
        self.prefix = prefix + "_"
        self.methods = dict(methods)
        self.methods[self.prefix + "fail"] = (self.fail, 1)
        self.methods[self.prefix + "stats"] = (self.stats, 0)
        self.lock = threading.RLock()
        self.faults = deque()
        self.requests = Counter()
        self.calls = Counter()

    def fail(self, count, kind="error"):
        if kind not in KINDS or not isinstance(count, int) or count < 0:
            raise RPCError(-32602, "want [count, kind], kind one of " + " ".join(KINDS))
        if count == 0:
            self.faults.clear()
        self.faults.extend([kind] * count)
        return {"pending": len(self.faults)}

    def stats(self, reset=False):
        answer = {"http": dict(self.requests), "calls": dict(self.calls)}
        if reset:
            self.requests.clear()
            self.calls.clear()
        return answer

    def is_control(self, call):
        method = call.get("method") if isinstance(call, dict) else None
        return isinstance(method, str) and method.startswith(self.prefix)

    def answer(self, call, fault=None):
        """The response object of one call, or None for a notification."""
        if not isinstance(call, dict) or not isinstance(call.get("method"), str):
            return error_of(None, RPCError(-32600, "invalid request"))
        name, params = call["method"], call.get("params") or []
        if not self.is_control(call):
            self.calls[name] += 1
        try:
            if fault == "error":
                raise RPCError(-32000, "injected failure")
            if fault == "limit":
                raise RPCError(-32005, "limit exceeded")
            if fault == "null":
                return {"jsonrpc": "2.0", "id": call.get("id"), "result": None}
            if name not in self.methods:
                raise RPCError(-32601, f"the method {name} does not exist/is not available")
            function, required = self.methods[name]
            if isinstance(params, dict) and self.is_control(call):
                arguments = bind(function, [], params)
            elif not isinstance(params, list):
                raise RPCError(-32602, "non-array args")
            elif len(params) < required:
                raise RPCError(-32602, f"missing value for required argument {len(params)}")
            else:
                arguments = bind(function, params, {})
            result = function(*arguments.args, **arguments.kwargs)
        except RPCError as error:
            return error_of(call.get("id"), error)
        except Exception:
            traceback.print_exc()
            return error_of(call.get("id"), RPCError(-32603, "internal error"))
        if "id" not in call:
            return None
        return {"jsonrpc": "2.0", "id": call["id"], "result": result}

    def respond(self, body):
        """(HTTP status, body bytes, fault) of one request body."""
        try:
            request = json.loads(body)
        except (ValueError, RecursionError):
            return 200, error_of(None, RPCError(-32700, "parse error")), None
        calls = request if isinstance(request, list) else [request]
        with self.lock:
            fault = None
            if not any(self.is_control(call) for call in calls):
                self.requests["batch" if isinstance(request, list) else "single"] += 1
                if self.faults:
                    fault = self.faults.popleft()
                    self.requests["fault:" + fault] += 1
            if fault in ("429", "502", "html", "empty", "close"):
                return 200, None, fault
            if not calls:
                return 200, error_of(None, RPCError(-32600, "empty batch")), fault
            if len(calls) > BATCH_MAX:
                return 200, error_of(None, RPCError(-32600, "batch too large")), fault
            answers = [self.answer(call, fault) for call in calls]
            answers = [answer for answer in answers if answer is not None]
            if not answers:
                return 200, None, fault
            return 200, answers if isinstance(request, list) else answers[0], fault


def bind(function, positional, named):
    try:
        return inspect.signature(function).bind(*positional, **named)
    except TypeError as error:
        raise RPCError(-32602, f"too many arguments: {error}") from None


def error_of(call_id, error):
    body = {"code": error.code, "message": error.message}
    if error.data is not None:
        body["data"] = error.data
    return {"jsonrpc": "2.0", "id": call_id, "error": body}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    node = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.reply(405, b"POST JSON-RPC here\n", "text/plain", [("Allow", "POST")])

    def do_POST(self):
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            self.close_connection = True
            return self.reply(411, b"", "text/plain")
        if not 0 <= length <= BODY_MAX:
            self.close_connection = True
            return self.reply(413, b"", "text/plain")
        status, answer, fault = self.node.respond(self.rfile.read(length))
        body = b"" if answer is None else json.dumps(answer, separators=(",", ":")).encode()
        if fault == "429":
            return self.reply(429, b'{"error":"too many requests"}', "application/json",
                              [("Retry-After", "1")])
        if fault in ("502", "html"):
            return self.reply(502 if fault == "502" else 200, PAGE, "text/html")
        if fault == "close":
            self.close_connection = True
            return None
        if fault == "truncated":
            body = body[: max(1, len(body) * 2 // 3)]
        return self.reply(status, body, "application/json", cut=fault == "cut")

    def reply(self, status, body, kind, headers=(), cut=False):
        """Head and body in one write: two writes meet delayed acknowledgements."""
        headers = list(headers)
        if len(body) > 1024 and not cut and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 1)
            headers.append(("Content-Encoding", "gzip"))
        head = [
            f"HTTP/1.1 {status} {self.responses.get(status, ('',))[0]}",
            f"Content-Type: {kind}", f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in headers),
        ]
        if self.close_connection or cut:
            head.append("Connection: close")
        if cut:
            self.close_connection = True
            body = body[: len(body) // 2]
        try:
            self.wfile.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, socket.timeout)):
            super().handle_error(request, client_address)


def start(node, port):
    """A server on 127.0.0.1:`port` (0: any free one), already accepting in a thread."""
    handler = type("BoundHandler", (Handler,), {"node": node})
    server = Server(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def announce(server, **facts):
    """The handshake: one line of JSON on standard output."""
    port = server.server_address[1]
    print(json.dumps({"port": port, "url": f"http://127.0.0.1:{port}", **facts}), flush=True)


def run(server, tick=None, interval=None, until_stdin_closes=False):
    """Serves until SIGTERM or SIGINT, or until standard input ends if that is asked for.

    `tick` is called every `interval` seconds; it returns False to end the ticking.
    """
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    if until_stdin_closes:
        def watch():
            while os.read(0, 4096):
                pass
            done.set()
        threading.Thread(target=watch, daemon=True).start()
    while tick and interval and not done.wait(interval):
        with server.RequestHandlerClass.node.lock:
            if not tick():
                break
    done.wait()
    server.shutdown()
    server.server_close()
