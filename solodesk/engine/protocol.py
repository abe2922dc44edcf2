r"""What desk and engine say to each other: one JSON object a line, over the engine's pipes.

    desk → engine   {"id": 1, "do": "sync", "account": 1}
    engine → desk   {"id": 1, "ok": true, …}   or   {"id": 1, "error": {"code": …, "params": …}}
    engine → desk   {"news": "progress", "account": 1, "folder": "INBOX", "here": 1, "server": 9}

Requests: `sync` (account optional: all; asked: by the owner), `send`, `discover` (address),
`test_account` and `add_account` (address, name, user, smtp_user, imap, smtp, ca_file, secret or
flow), `secret` (account, secret) and `accept_certificate` (account, fingerprint), all tried before
they are kept, `sign_in` (address or account; device, client_id …) answers with `flow`, `open_url`
and `user_code`: the desk opens the address, then `add_account` or `signed_in` (account) with that
flow waits for the browser; `cancel` (flow, or the request id or address of a `discover`), `stop`.
News: `progress`, `connectivity` (account, online), `alarm` (account, code, params), `changed`,
`ready`. The store is the truth: a lost line loses nothing. Must not import the engine.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """One wish of the desk; `params` is everything but `id` and `do`."""

    id: int
    do: str
    params: Mapping[str, Any]


def read_request(line: str) -> Request:
    """The request of a line; ValueError when it is none."""
    said = json.loads(line[:MAX_LINE])
    fields = said if isinstance(said, dict) else {}
    number, do = fields.get("id"), fields.get("do")
    if isinstance(number, int) and isinstance(do, str):
        return Request(number, do, {k: v for k, v in fields.items() if k not in ("id", "do")})
    message = "not a request: an object with id and do is one"
    raise ValueError(message)


def request_line(request: Request) -> str:
    """A request as its line."""
    return _line({"id": request.id, "do": request.do, **request.params})


def reply_line(request_id: int, said: Mapping[str, Any] | None = None) -> str:
    """The answer to a request that was done."""
    return _line({"id": request_id, "ok": True, **(said or {})})


def refusal_line(request_id: int, code: str, params: Mapping[str, Any] | None = None) -> str:
    """The answer to a request that failed with a known error."""
    return _line({"id": request_id, "error": {"code": code, "params": dict(params or {})}})


def news_line(news: str, said: Mapping[str, Any] | None = None) -> str:
    """Something the desk did not ask for."""
    return _line({"news": news, **(said or {})})


def _line(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, default=str) + "\n"
