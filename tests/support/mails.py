"""Short ways to plain test messages."""

from email.message import EmailMessage
from email.utils import format_datetime

from solodesk.base.clock import utc


def raw_mail(
    text: str = "Hello, where is my order?",
    *,
    subject: str = "My order",
    sender: str = "Mei Chen <mei@customer.example>",
    to: str = "support@shop.example",
    at_ms: int = 1_788_771_600_000,
    message_id: str | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    """The bytes of a text message; `headers` are added as they are (In-Reply-To, for one)."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(utc(at_ms))
    mail["Message-ID"] = (
        message_id or f"<{abs(hash((subject, text, sender, at_ms)))}@customer.example>"
    )
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()
