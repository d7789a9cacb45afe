"""A mail server for tests, on a free port of loopback.

    mailserver.py [--starttls CERT KEY | --tls CERT KEY] [--user NAME PASSWORD]
                  [--mechanism NAME]... [--size BYTES] [--reply VERB TEXT] [--deed VERB hang|reset]

Prints `PORT n`, then a line of JSON for each message that it took: sender, recipients, the message
(base64, dots taken off again), whether TLS was on, and who had logged in. It ends when its standard
input does. VERB is EHLO, MAIL, RCPT, DATA or AUTH.
"""

import argparse
import asyncio
import base64
import hmac
import json
import secrets
import ssl
import sys

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, LoginPassword


class Handler:
    """Takes every message, unless it was told otherwise."""

    def __init__(self, options):
        self.replies = dict(options.reply)
        self.deeds = dict(options.deed)
        self.user = options.user

    async def say(self, server, verb):
        """What is to be answered in place of the usual; may not come back."""
        deed = self.deeds.get(verb)
        if deed == "hang":
            await asyncio.sleep(600)
        if deed == "reset":
            server.transport.abort()
            await asyncio.sleep(600)
        return self.replies.get(verb)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        await self.say(server, "EHLO")
        return responses

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        said = await self.say(server, "MAIL")
        if said is None:
            envelope.mail_from = address
        return said or "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        said = await self.say(server, "RCPT")
        if said is None or address.startswith("good"):
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        return said

    async def handle_DATA(self, server, session, envelope):
        said = await self.say(server, "DATA")
        if said is not None:
            return said
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "message": base64.b64encode(envelope.original_content).decode(),
            "tls": session.ssl is not None or server.implicit,
            "user": session.login_data,
            "hello": session.host_name,
        }
        print(json.dumps(line), flush=True)
        return "250 2.0.0 queued"

    # PLAIN and LOGIN are aiosmtpd's own; this one it leaves to handlers (RFC 2195).
    async def auth_CRAM__MD5(self, server, args):
        challenge = f"<{secrets.token_hex(8)}@mail.example>"
        answer = await server.challenge_auth(challenge)
        if answer is MISSING:
            return AuthResult(success=False)
        name, _, digest = answer.decode().rpartition(" ")
        good, password = self.user
        expected = hmac.new(password.encode(), challenge.encode(), "md5").hexdigest()
        if name == good and hmac.compare_digest(digest, expected):
            return AuthResult(success=True, auth_data=name)
        return AuthResult(success=False, handled=False)


class Server(SMTP):
    implicit = False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--starttls", nargs=2)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--user", nargs=2)
    parser.add_argument("--mechanism", action="append", default=[])
    parser.add_argument("--size", type=int, default=33_554_432)
    parser.add_argument("--reply", nargs=2, action="append", default=[])
    parser.add_argument("--deed", nargs=2, action="append", default=[])
    options = parser.parse_args()

    def context(files):
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.load_cert_chain(*files)
        return made

    def authenticate(server, session, envelope, mechanism, data):
        said = dict(options.reply).get("AUTH")
        if said is not None:
            return AuthResult(success=False, handled=False, message=said)
        good = (
            isinstance(data, LoginPassword)
            and [data.login.decode(), data.password.decode()] == options.user
        )
        return AuthResult(
            success=good, handled=False, auth_data=data.login.decode() if good else None
        )

    known = ["PLAIN", "LOGIN", "CRAM-MD5"]
    excluded = [name for name in known if options.mechanism and name not in options.mechanism]

    def make():
        server = Server(
            Handler(options),
            hostname="mail.example",
            tls_context=context(options.starttls) if options.starttls else None,
            require_starttls=bool(options.starttls),
            auth_required=options.user is not None,
            auth_require_tls=options.starttls is not None,
            auth_exclude_mechanism=excluded,
            authenticator=authenticate,
            data_size_limit=options.size,
        )
        server.implicit = options.tls is not None
        return server

    async def serve():
        tls = context(options.tls) if options.tls else None
        listening = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=tls)
        print("PORT", listening.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

    asyncio.run(serve())


if __name__ == "__main__":
    main()
