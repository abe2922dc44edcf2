"""What a refused sign-in means, from the words mail servers really use, for IMAP and SMTP alike.

The words are a stranger's: they decide which of our own sentences is told, and are quoted, never
obeyed. Must not decide whether to try again.
"""

import re
from typing import Final

from solodesk.base.errors import NeedsOwner
from solodesk.mail.server import Server

_MEANINGS: Final = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        # 163, 126, yeah.net, when they do not know the program.
        ("unsafe_login", r"unsafe login"),
        # Gmail, Yahoo, Yandex, QQ, NetEase: the usual password will never do.
        (
            "app_password_needed",
            r"app(lication)?[- ]specific|app(lication)? password|authori[sz]ation code"
            r"|auth(entication)? code|授权码|专用密码|客户端.{0,4}密码|5\.7\.9\b",
        ),
        # Microsoft.
        (
            "password_not_taken",
            r"5\.7\.(30|139)|basic auth\w* is (disabled|not supported)|smtpclientauthentication is"
            r" disabled|modern auth",
        ),
        # Google, Yahoo, AOL: a human is wanted once.
        ("web_login_needed", r"web ?login|log ?in (via|with|through) your web browser|5\.7\.14"),
        # Google Workspace, Zoho, Yandex, NetEase (550 at AUTH).
        (
            "imap_not_allowed",
            r"(imap|smtp|pop3?)( access| service)? (is |are )?(disabled|not enabled|turned off"
            r"|not allowed)|(enable|activate) imap|imap.{0,12}未开启|未开启.{0,12}imap"
            r"|user has no permission",
        ),
    )
)


def sign_in_refused(server: Server, words: str) -> NeedsOwner:
    """NeedsOwner for a refused password: app_password_needed, password_not_taken,
    web_login_needed, imap_not_allowed, unsafe_login, else wrong_password."""
    code = next((code for code, said in _MEANINGS if said.search(words)), "wrong_password")
    return NeedsOwner(code, host=server.host, user=server.user, text=words)
