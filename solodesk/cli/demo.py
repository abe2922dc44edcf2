"""`demo`: look around with sample data, in the window or without one."""

from argparse import Namespace, _SubParsersAction
from typing import Any

from solodesk.cli.session import Session
from solodesk.wording.gettext import _, marked

_STEPS = {
    "connect": marked("Connected to {detail}"),
    "sync": marked("Fetched {detail} messages"),
    "tickets": marked("Tickets / to be answered: {detail}"),
    "replies": marked("A macro with a canned response; replies sent: {detail}"),
    "found_in_sent": marked("Replies found in Sent: {detail}"),
    "ratings": marked("Ratings counted: {detail}"),
    "reports": marked("Reports written: {detail}"),
    "screenshots": marked("Pictures drawn: {detail}"),
}


def register(subparsers: "_SubParsersAction[Any]") -> None:
    """Add the command."""
    parser = subparsers.add_parser("demo")
    parser.add_argument("--headless", action="store_true", help=_("without a window"))
    parser.set_defaults(run=run)


def run(args: Namespace, session: Session) -> int:
    """Run the demo; without --data its folder goes away afterwards."""
    from solodesk.demo import run as demo
    from solodesk.demo.folder import demo_folder

    def say(step: str, detail: str) -> None:
        session.output.progress("✓ " + _(_STEPS[step]).format(detail=detail))

    headless = args.headless or session.json or not demo.has_display()
    with demo_folder(session.given, keep=headless) as folder:
        if not headless:
            return demo.in_window(folder, say)
        summary = demo.without_window(folder, say)
    session.output.line(summary, _told(summary))
    return 0


def _told(summary: dict[str, Any]) -> str:
    """The summary for people."""
    files = [*summary["reports"], *summary["screenshots"]]
    head = _(
        "{messages} messages became {tickets} tickets; {replies_sent} replies were sent and"
        " {found_in_sent} found in Sent; {ratings} ratings count. {seconds} s."
    )
    return "\n".join([head.format(**summary), *(f"  {path}" for path in files)])
