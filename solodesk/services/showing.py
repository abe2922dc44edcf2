"""Everything one message shows: safe HTML with its quotes apart, pictures, what is said of it.

The window, `render` and "open the original" are all given what is made here. Nothing is looked up
or fetched; remote pictures come from the cache, when the owner allowed them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from solodesk.domain.ids import AccountId, MessageId
from solodesk.domain.message import Address, Attachment
from solodesk.services import picture_cache
from solodesk.services.enclosures import Enclosure, enclosed, may_enclose
from solodesk.services.redecode import chosen
from solodesk.services.units import Reader

if TYPE_CHECKING:
    from solodesk.mail.sanitise import SafeHtml

_STYLE_BLOCK: Final = re.compile(r"<style\b.*?</style\s*>", re.IGNORECASE | re.DOTALL)
_CID: Final = re.compile(r'src="cid:')
_LOOKED_AT: Final = 12
WHOLE: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What the owner's own mail server says of the sender (mail/authentication.py).

    `verdict`: verified, failed or unknown.
    """

    verdict: str = "unknown"
    server: str = ""
    domain: str = ""
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as it is shown; without HTML its plain text is."""

    visible: str | None = None
    """Safe HTML of what is new; None when the mail has none."""
    quoted: str | None = None
    blocked: int = 0
    """Remote pictures left out, tracking pixels aside."""
    spies: tuple[str, ...] = ()
    """Hosts of tracking pixels, which are never loaded."""
    missing: tuple[str, ...] = ()
    """Allowed pictures that are not here yet."""
    images: Mapping[str, bytes] = field(default_factory=dict)
    """Embedded pictures by Content-ID, remote ones by address."""
    truncated: bool = False
    paints: bool = False
    """It brings grounds of its own: shown on paper in a dark window."""
    quoted_paints: bool = False
    standing: Standing = field(default_factory=Standing)
    other_address: bool = False
    """The sender's name shows another address than the one that wrote."""
    enclosure: Enclosure | None = None
    """An invitation, a lock, a piece of a bigger mail."""
    charset: str | None = None
    """The charset the owner chose by hand."""


@dataclass(slots=True)
class OwnServers:
    """Under which names the servers of the accounts write results; learnt once for each."""

    known: dict[AccountId, str | None] = field(default_factory=dict)

    def ask_again(self) -> None:
        """Where nothing was learnt, there may be more mail to learn from now."""
        self.known = {account: name for account, name in self.known.items() if name is not None}

    def of(self, reader: Reader, account: AccountId | None) -> str | None:
        """The name for one account, None when none is believed."""
        if account is None:
            return None
        if account not in self.known:
            from solodesk.mail.authentication import own_name

            row = reader.accounts.get(account)
            hosts = [] if row is None else [row.imap_host, row.address.rpartition("@")[2]]
            self.known[account] = own_name(reader.raw.recent(account, _LOOKED_AT), hosts)
        return self.known[account]


def show(
    reader: Reader,
    message: MessageId,
    servers: OwnServers,
    *,
    remote: bool = False,
    whole: bool = False,
) -> Shown:
    """Everything a message shows. `remote`: its pictures are allowed; `whole`: do not cut it."""
    from solodesk.mail.addresses import holds_other_address
    from solodesk.mail.authentication import judge

    raw, row = reader.raw.get(message), reader.messages.get(message)
    if raw is None or row is None:
        return Shown()
    standing, deceives = Standing(), False
    if row.direction == "in":
        found = judge(raw, servers.of(reader, row.account_id))
        standing = Standing(found.verdict.value, found.server, found.domain, found.because)
        deceives = holds_other_address(Address(row.from_name, row.from_address))
    charset = chosen(row)
    text = reader.messages.text_of(message).text
    files = [Attachment(**each) for each in row.attachments]
    if not row.has_html and not may_enclose(text, files):
        return Shown(standing=standing, charset=charset, other_address=deceives)
    shown = _with_body(reader, raw, standing, charset, remote=remote, whole=whole)
    return replace(shown, other_address=deceives)


def _with_body(
    reader: Reader,
    raw: bytes,
    standing: Standing,
    charset: str | None,
    *,
    remote: bool,
    whole: bool,
) -> Shown:
    from solodesk.mail.parse import parse_message

    parsed = parse_message(raw, charset=charset)
    if parsed.body_html is None:
        return Shown(
            standing=standing,
            enclosure=enclosed(parsed),
            charset=charset,
        )
    # Pictures of a sender whose name was borrowed are not loaded by an old permission.
    allowed = remote and standing.verdict != "failed"
    visible, quoted = parts(
        parsed.body_html, remote=allowed, whole=whole, fold=not passes_on(parsed.subject)
    )
    both = [part for part in (visible, quoted) if part is not None]
    wanted = list(dict.fromkeys(address for part in both for address in part.remote))
    here = (
        picture_cache.kept(picture_cache.folder(reader.folder), wanted)
        if allowed and wanted
        else {}
    )
    embedded = _embedded(raw) if any(_CID.search(part.html) for part in both) else {}
    return Shown(
        visible=visible.html,
        quoted=None if quoted is None else quoted.html,
        blocked=sum(part.blocked_remote - part.trackers for part in both),
        spies=tuple(dict.fromkeys(spy for part in both for spy in part.spies)),
        missing=tuple(each for each in wanted if each not in here) if allowed else (),
        images=embedded | here,
        truncated=any(part.truncated for part in both),
        paints=visible.paints,
        quoted_paints=quoted is not None and quoted.paints,
        standing=standing,
        enclosure=enclosed(parsed),
        charset=charset,
    )


def passes_on(subject: str) -> bool:
    """Forwarded mail is what its sender wants to show: nothing of it is folded."""
    from solodesk.mail.envelope import FORWARD_SUBJECT

    return bool(FORWARD_SUBJECT.match(subject))


def parts(
    html: str, *, remote: bool, whole: bool = False, fold: bool = True
) -> "tuple[SafeHtml, SafeHtml | None]":
    """What is new in a mail's HTML and what is quoted, both safe.

    Nothing the customer wrote is put behind the fold: when a word of theirs stands after the
    quoted mail, everything is new. `fold`: look for quoted mail at all.
    """
    from solodesk.mail.folding import fold_quotes_html
    from solodesk.mail.safewriter import MAX_OUTPUT
    from solodesk.mail.sanitise import sanitise

    limit = WHOLE if whole else MAX_OUTPUT
    visible, quoted = fold_quotes_html(html) if fold else (html, None)
    if quoted is None:
        return sanitise(html, remote=remote, limit=limit), None
    style = "".join(_STYLE_BLOCK.findall(html)[:50])
    return (
        sanitise(visible, remote=remote, limit=limit),
        sanitise(style + quoted, remote=remote, limit=limit),
    )


def on_dark(html: str, ground: str) -> str:
    """Safe HTML without grounds of its own, in colours that can be read on `ground` (#rrggbb)."""
    from solodesk.mail import darkening

    return darkening.on_dark(html, ground)


def remote_pictures(reader: Reader, message: MessageId) -> list[str]:
    """The addresses of all pictures a message would show from the internet; no tracking pixels."""
    from solodesk.mail.parse import parse_message

    raw, row = reader.raw.get(message), reader.messages.get(message)
    if raw is None or row is None:
        return []
    html = parse_message(raw, charset=chosen(row)).body_html
    if html is None:
        return []
    visible, quoted = parts(html, remote=True, whole=True)
    found = (*visible.remote, *(() if quoted is None else quoted.remote))
    return list(dict.fromkeys(found))


def _embedded(raw: bytes) -> dict[str, bytes]:
    from solodesk.mail.files import inline_images

    return {cid: data for cid, (_mime, data) in inline_images(raw).items()}
