"""The other programs a mailbox can be fetched with: mbsync + notmuch, offlineimap, django-helpdesk.

mbsync and notmuch are taken from the machine. offlineimap and django-helpdesk live in a virtual
environment of their own, which `--peers` names (`pip install offlineimap django-helpdesk`); without
it their rows are left out. They are run as programs, never imported.
"""

import shutil
import subprocess
from pathlib import Path

from tests.bench.corpus import write_maildir
from tests.bench.timing import Runner
from tests.support.dovecot import DovecotServer, Mailbox

INDEXED = "mbsync + notmuch new"
OFFLINEIMAP = "offlineimap, no fsync"
HELPDESK = "django-helpdesk get_email"
HELPDESK_MESSAGES = 300
"""It fetches, stores and deletes one message at a time: a rate needs no more."""
_MBSYNCRC = """\
FSync no
IMAPStore far
Host 127.0.0.1
Port {port}
User {user}
Pass "{password}"
SSLType None
AuthMechs LOGIN

MaildirStore near
Inbox {work}/mail/INBOX

Channel c
Far :far:
Near :near:
Sync Pull
Create Near
SyncState {work}/state/
"""
_NOTMUCHRC = """\
[database]
path={work}/mail
[user]
name=o
primary_email=support@solodesk.example
[new]
ignore=.uidvalidity
"""
_OFFLINEIMAPRC = """\
[general]
accounts = a
metadata = {work}/meta
ui = quiet
fsync = false
[Account a]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = {work}/mail
[Repository far]
type = IMAP
remotehost = 127.0.0.1
remoteport = {port}
remoteuser = {user}
remotepass = {password}
ssl = no
starttls = no
auth_mechanisms = LOGIN
createfolders = False
folderfilter = lambda name: name == 'INBOX'
"""


def indexed(box: Mailbox, work: Path) -> Runner | None:
    """mbsync without fsync, then notmuch's index; None when they are not installed."""
    if shutil.which("mbsync") is None or shutil.which("notmuch") is None:
        return None
    near = work / "peer"
    facts = {"port": box.port, "user": box.user, "password": box.password, "work": near}
    (work / "mbsyncrc").write_text(_MBSYNCRC.format(**facts), encoding="utf-8")
    (work / "notmuchrc").write_text(_NOTMUCHRC.format(work=near), encoding="utf-8")

    def before() -> None:
        shutil.rmtree(near, ignore_errors=True)
        for name in ("mail", "state"):
            (near / name).mkdir(parents=True)

    command = f"mbsync -qq -c '{work}/mbsyncrc' c && notmuch new --quiet"
    environment = {"NOTMUCH_CONFIG": str(work / "notmuchrc")}
    return Runner(INDEXED, ["sh", "-c", command], before, environment)


def offlineimap(box: Mailbox, work: Path, programs: Path | None) -> Runner | None:
    """offlineimap into a Maildir, or None when `programs` (a virtual environment) has none."""
    program = None if programs is None else programs / "bin" / "offlineimap"
    if program is None or not program.exists():
        return None
    near = work / "offlineimap"
    facts = {"port": box.port, "user": box.user, "password": box.password, "work": near}
    (work / "offlineimaprc").write_text(_OFFLINEIMAPRC.format(**facts), encoding="utf-8")

    def before() -> None:
        shutil.rmtree(near, ignore_errors=True)
        (near / "mail").mkdir(parents=True)

    return Runner(OFFLINEIMAP, [str(program), "-o", "-c", str(work / "offlineimaprc")], before)


class Helpdesk:
    """django-helpdesk on a small mailbox of its own, which it empties."""

    def __init__(self, server: DovecotServer, work: Path, programs: Path) -> None:
        self._server = server
        self._folder = work / "helpdesk"
        self._python = str(programs / "bin" / "python")

    def runner(self) -> Runner:
        """Each run gets a fresh mailbox and a fresh database."""
        script = str(Path(__file__).with_name("helpdesk_project.py"))

        def before() -> None:
            shutil.rmtree(self._folder, ignore_errors=True)
            box = self._server.new_mailbox("helpdesk@solodesk.example")
            write_maildir(box.maildir, HELPDESK_MESSAGES, seed=2)
            self._server.own(box.maildir, *box.maildir.rglob("*"))
            where = [str(self._folder), str(box.port), box.user, box.password]
            command = [self._python, script, "setup", *where]
            subprocess.run(command, check=True, capture_output=True)

        return Runner(HELPDESK, [self._python, script, "fetch", str(self._folder)], before)


def helpdesk(server: DovecotServer, work: Path, programs: Path | None) -> Runner | None:
    """django-helpdesk's command for reading mail, or None when `programs` has none."""
    if programs is None or not list(programs.glob("lib/python*/site-packages/helpdesk")):
        return None
    return Helpdesk(server, work, programs).runner()
