"""The sample shop's mail servers: IMAP (pymap) and SMTP (aiosmtpd) on loopback, in one process.

Runs as a child of the demo: fills INBOX and Sent, prints one JSON line when ready and ends when
its standard input is closed, so that it never outlives its parent:

    {"imap_port":…, "smtp_port":…, "user":…, "password":…, "address":…, "name":…, "messages":N}

Mail sent by SMTP (AUTH required, no TLS: loopback only) is accepted for anybody; a copy is put
into Sent as many providers do (`--no-sent-copy`: not), and sample customers answer after
`--answer-delay` seconds. Nothing ever leaves this computer.
"""

import argparse
import asyncio
import hmac
import json
import logging
import os
import secrets
import socket
import ssl
import sys
import threading
import time
import warnings
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pysasl.hashing import Cleartext

from solodesk.demo.customers import Customers
from solodesk.demo.mailbox import INBOX, SENT, SampleMessage, build_mailbox
from solodesk.demo.samples import Person, owner

_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Options:
    """What the child was asked for."""

    zone: ZoneInfo
    now: datetime
    seed: int
    answer_delay: float
    sent_copy: bool


@dataclass(frozen=True, slots=True)
class DemoClock:
    """Time that starts at `base` and runs on with the computer's."""

    base: datetime
    started: float

    def now(self) -> datetime:
        """The demo's present moment (UTC, whole seconds)."""
        passed = timedelta(seconds=time.monotonic() - self.started)
        return (self.base + passed).astimezone(UTC).replace(microsecond=0)


class PostOffice:
    """The folders, filled and read by the servers of one asyncio loop."""

    def __init__(self, backend: DictBackend) -> None:
        self._identity = backend.login.demo_user_identity

    async def create(self, folder: str) -> None:
        """Make a folder that is not there yet."""
        async with self._identity.new_session() as session:
            await session.create_mailbox(folder)

    async def append(self, folder: str, messages: Sequence[SampleMessage]) -> None:
        """Put messages into a folder; clients that wait there (IDLE) are told."""
        batch = [
            AppendMessage(
                message.raw,
                message.internaldate,
                frozenset(Flag(flag.encode("ascii")) for flag in message.flags),
            )
            for message in messages
        ]
        async with self._identity.new_session() as session:
            await session.append_messages(folder, batch)


class OutgoingServer:
    """What happens to mail the owner sends (the handler and authenticator of aiosmtpd)."""

    def __init__(
        self, post: PostOffice, shop: Person, options: Options, clock: DemoClock, password: str
    ) -> None:
        self._post = post
        self._address = shop.address
        self._options = options
        self._clock = clock
        self._password = password
        self._customers = Customers(shop, options.seed)
        self._underway: set[asyncio.Task[None]] = set()

    def authenticate(
        self, _server: object, _session: object, _envelope: object, _mechanism: str, login: object
    ) -> AuthResult:
        """Only the demo's own user."""
        right = isinstance(login, LoginPassword) and (
            hmac.compare_digest(login.login, self._address.encode())
            and hmac.compare_digest(login.password, self._password.encode())
        )
        return AuthResult(success=right, handled=right)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        """Accept a mail: copy to Sent, then the customers' answers."""
        raw = bytes(envelope.content)
        if self._options.sent_copy:
            message = SampleMessage(SENT, self._clock.now(), ("\\Seen",), raw)
            await self._post.append(SENT, [message])
        for recipient in dict.fromkeys(envelope.rcpt_tos):
            if recipient.lower() == self._address:
                await self._deliver(raw)
                continue
            write = self._customers.answer(raw, recipient)
            if write is not None:
                task = asyncio.create_task(self._answer(write))
                self._underway.add(task)
                task.add_done_callback(self._underway.discard)
        return f"250 2.0.0 Ok: queued as {secrets.token_hex(5).upper()}"

    async def _answer(self, write: Callable[[datetime], bytes]) -> None:
        await asyncio.sleep(self._options.answer_delay)
        # Written a moment before it arrives, as mail is.
        await self._deliver(write(self._clock.now() - timedelta(seconds=2)))

    async def _deliver(self, raw: bytes) -> None:
        await self._post.append(INBOX, [SampleMessage(INBOX, self._clock.now(), (), raw)])


async def _imap(
    user: str, password: str, listening: socket.socket, stack: AsyncExitStack
) -> PostOffice:
    """Start pymap with its dictionary backend on an open socket."""
    arguments = Namespace(
        debug=False,
        host=_HOST,
        port=0,
        cert=None,
        key=None,
        tls=False,
        proxy_protocol=None,
        passlib_cfg=None,
        demo_data=None,
        demo_user=user,
        demo_password=password,
        inherited_sockets=None,
    )
    # The password lives as long as this process and only here: hashing it would cost a third of
    # a second at each sign-in and protect nothing. Giving the TLS context keeps pymap from
    # reading CERT_FILE of the environment.
    backend, config = await DictBackend.init(
        arguments, hash_context=Cleartext(), ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    )
    config.apply_context()
    await backend.start(stack)
    accept = ProxyProtocolReader(config.proxy_protocol).get_callback(
        IMAPServer(backend.login, config)
    )
    server = await asyncio.start_server(accept, sock=listening)
    stack.callback(server.close)
    return PostOffice(backend)


async def _smtp(outgoing: OutgoingServer, listening: socket.socket, stack: AsyncExitStack) -> None:
    def session() -> SMTP:
        with warnings.catch_warnings():
            # AUTH without TLS is meant: the socket is on loopback.
            warnings.simplefilter("ignore", UserWarning)
            return SMTP(
                outgoing,
                hostname="localhost",
                ident="SoloDesk demo",
                enable_SMTPUTF8=True,
                authenticator=outgoing.authenticate,
                auth_required=True,
                auth_require_tls=False,
            )

    server = await asyncio.get_running_loop().create_server(session, sock=listening)
    stack.callback(server.close)


def _listening() -> socket.socket:
    """A loopback socket on a free port. asyncio sets TCP_NODELAY on what it accepts."""
    opened = socket.socket()
    opened.bind((_HOST, 0))
    return opened


async def _run(options: Options, ready: Callable[[dict[str, object]], None]) -> None:
    shop = owner(options.zone)
    password = secrets.token_urlsafe(18)
    clock = DemoClock(options.now, time.monotonic())
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(
        target=_until_input_ends, args=(loop, stop.set), name="parent", daemon=True
    ).start()
    async with AsyncExitStack() as stack:
        imap, smtp = _listening(), _listening()
        imap_port, smtp_port = imap.getsockname()[1], smtp.getsockname()[1]
        post = await _imap(shop.address, password, imap, stack)
        messages = build_mailbox(options.now, options.zone, options.seed)
        await post.create(SENT)
        for folder in (INBOX, SENT):
            await post.append(folder, [m for m in messages if m.folder == folder])
        await _smtp(OutgoingServer(post, shop, options, clock, password), smtp, stack)
        ready(
            {
                "imap_port": imap_port,
                "smtp_port": smtp_port,
                "user": shop.address,
                "password": password,
                "address": shop.address,
                "name": shop.name,
                "messages": len(messages),
            }
        )
        await stop.wait()


def _until_input_ends(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    # A thread, because pipes of standard input cannot be awaited on Windows.
    while sys.stdin.buffer.read(4096):
        pass
    loop.call_soon_threadsafe(stop)


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _options(argv: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="solodesk demo-server")
    parser.add_argument("--zone", default="UTC", help="the owner's time zone (IANA name)")
    parser.add_argument("--now", help="what time it is, ISO 8601 with offset; default: now")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--answer-delay", type=float, default=3.0, metavar="SECONDS")
    parser.add_argument("--sent-copy", action=argparse.BooleanOptionalAction, default=True)
    given = parser.parse_args(argv)
    now = datetime.fromisoformat(given.now) if given.now else datetime.now(UTC)
    return Options(ZoneInfo(given.zone), now, given.seed, given.answer_delay, given.sent_copy)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until standard input ends; returns the exit code."""
    options = _options(sys.argv[1:] if argv is None else argv)
    # pymap greets with the computer's full name; looking that up can take seconds offline.
    os.environ.setdefault("FQDN", "localhost")
    # Its warning about AUTH without TLS is known and meant.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    asyncio.run(_run(options, _say))
    return 0


if __name__ == "__main__":
    sys.exit(main())
