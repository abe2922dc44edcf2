"""What others write as address lists, dates and names of files is read back as it was meant."""

import string
from datetime import UTC, datetime, timedelta, timezone
from email.headerregistry import Address as Written
from email.headerregistry import Group
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import encode_rfc2231, format_datetime, formataddr, formatdate

from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.domain.message import Address
from solodesk.mail.addresses import holds_other_address, parse_addresses
from solodesk.mail.build_headers import address_list
from solodesk.mail.dates import EARLIEST_MS, LATEST_MS, parse_date
from solodesk.mail.headers import parameters, unfold

_NAME = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp", "Zs", "Co"])
    | st.sampled_from(" ,;:<>()@\"\\.'[]"),
    max_size=30,
).map(lambda name: " ".join(name.split()))
_MARKS = frozenset(',;:<>()@"\\.[]')
_PLAIN = st.text(
    string.ascii_letters + string.digits + "!#$%&*+/=?^_{|}~-", min_size=1, max_size=12
)
_ADDRESS = st.builds(
    lambda local, host: f"{local}@{host.lower()}.example",
    _PLAIN,
    st.text(string.ascii_lowercase, min_size=1, max_size=12),
)
_PEOPLE = st.lists(st.tuples(_NAME, _ADDRESS), min_size=1, max_size=6)


def _bare(name: str) -> str:
    """Quotation marks around a name, and how many blanks, are not kept."""
    return "".join(name.split()).strip("\"'")


def _read(raw: bytes, people: list[tuple[str, str]]) -> None:
    found = [(_bare(a.name), a.address) for a in parse_addresses(raw)]
    assert found == [(_bare(name), address) for name, address in people]


@given(_PEOPLE)
@settings(max_examples=150, deadline=None)
def test_lists_we_write(people: list[tuple[str, str]]) -> None:
    written = address_list("To", [Address(name, address) for name, address in people])
    _read(written.replace("\n", "\r\n").encode(), people)


@given(_PEOPLE)
@settings(max_examples=150, deadline=None)
def test_lists_the_standard_library_writes(people: list[tuple[str, str]]) -> None:
    _read(", ".join(formataddr(person) for person in people).encode("utf-8"), people)


@given(_PEOPLE, st.sampled_from([SMTP, SMTPUTF8]), st.booleans())
@settings(max_examples=100, deadline=None)
def test_lists_folded_by_the_standard_library(
    people: list[tuple[str, str]], policy: object, grouped: bool
) -> None:
    # It loses the quotation marks of names that need them where it folds.
    named = [("".join(char for char in name if char not in _MARKS), a) for name, a in people]
    made = EmailMessage(policy=policy)  # type: ignore[arg-type]
    written = [Written(name, addr_spec=address) for name, address in named]
    made["To"] = [Group("Our friends", written)] if grouped else written
    raw = made.as_bytes().partition(b":")[2].partition(b"\r\n\r\n")[0]
    _read(raw, named)


@given(_NAME, _ADDRESS)
def test_a_name_without_an_address_warns_of_nothing(name: str, address: str) -> None:
    name = name.replace("@", "")
    assert not holds_other_address(Address(name, address))
    assert not holds_other_address(Address(f"{name} {address}", address))
    assert holds_other_address(Address(f"{name} other.{address}", address))


@given(
    st.integers(31_536_000, 4_070_908_800),
    st.integers(-14 * 60, 14 * 60),
)
def test_dates_the_standard_library_writes(seconds: int, offset: int) -> None:
    then = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=offset)))
    ms = seconds * 1000
    assert parse_date(format_datetime(then)) == (ms, offset)
    assert parse_date(then.isoformat()) == (ms, offset)
    assert parse_date(formatdate(ms / 1000, usegmt=True)) == (ms, 0)
    here = then.astimezone(UTC)
    assert parse_date(here.ctime()) == (ms, None)
    if 1970 <= here.year < 2070:
        assert parse_date(here.strftime("%A, %d-%b-%y %H:%M:%S GMT")) == (ms, 0)


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = parse_date(text)
    assert found is None or EARLIEST_MS <= found[0] < LATEST_MS


@given(_NAME.filter(bool))
@settings(deadline=None)
def test_names_of_files_the_standard_library_writes(name: str) -> None:
    made = EmailMessage()
    made.add_header("Content-Disposition", "attachment", filename=name)
    raw = made.as_bytes().partition(b":")[2].partition(b"\n\n")[0]
    assert _bare(parameters(unfold(raw))[1]["filename"]) == _bare(name)
    extended = f"attachment; filename*={encode_rfc2231(name, 'utf-8', 'en')}"
    assert _bare(parameters(extended)[1]["filename"]) == _bare(name)
