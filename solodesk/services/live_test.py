"""The live test before anything is kept: sign in to both servers, and say what the owner can do.

Where a provider has several places or sign-in names they are tried in turn, a refusal at one being
no answer for the next. What stands in the end is the plan that worked. Network; for the engine and
the command line. Must not store anything.
"""

import dataclasses

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.mail import providers
from solodesk.mail.server import Server, Timeouts
from solodesk.services import accounts, certificates
from solodesk.services.accounts import AccountPlan

_REFUSED = frozenset({"wrong_password", "app_password_needed"})
_ABSENT = frozenset({"host_not_found", "unreachable", "timeout"})


def secret_of(plan: AccountPlan, typed: str) -> str:
    """The secret as it was meant, without what pasting added."""
    wants = plan.provider.wants if plan.provider else "password"
    return providers.clean_secret(typed, wants)


def looks_usual(plan: AccountPlan, typed: str) -> bool:
    """Whether the secret cannot be one of the provider's special ones: likely the usual one."""
    provider = plan.provider
    return provider is not None and not plan.browser and providers.looks_usual(provider, typed)


def run(plan: AccountPlan, secret: str, timeouts: Timeouts | None = None) -> AccountPlan:
    """Sign in for receiving and sending; the plan that worked.

    KnownError of the first place that was tried: NeedsOwner `certificate_unknown` where a
    certificate can be accepted, `app_password_needed` when the secret looks like the usual
    password, `bridge_not_running`, and whatever the servers said.
    """
    first: KnownError | None = None
    refused = False
    for receive, send, after_refusal in ((plan.imap, plan.smtp, True), *plan.also):
        if refused and not after_refusal:
            continue
        try:
            accounts.try_out(receive, send, secret, timeouts)
        except KnownError as error:
            first = first or error
            refused = error.code == "wrong_password"
            if not refused and error.code not in _ABSENT:
                break
        else:
            return dataclasses.replace(plan, imap=receive, smtp=send, also=())
    assert first is not None  # noqa: S101 - each round ends in an error or returns
    raise _told(first, plan, secret) from first


def again(receive: Server, send: Server, secret: str, timeouts: Timeouts | None = None) -> None:
    """The same for a mailbox that is connected already: its own servers and nothing else."""
    try:
        accounts.try_out(receive, send, secret, timeouts)
    except KnownError as error:
        raise certificates.explained(error, (receive, send)) from error


def _told(error: KnownError, plan: AccountPlan, secret: str) -> KnownError:
    provider = plan.provider
    if provider is not None and provider.wants == "bridge" and error.code in _ABSENT:
        return KnownError("bridge_not_running", host=plan.imap.host, port=plan.imap.port)
    if error.code in _REFUSED and looks_usual(plan, secret):
        return NeedsOwner("app_password_needed", **error.params)
    if error.code == "certificate_changed":
        # Accepted for the other side a moment ago: this side shows one of its own.
        return NeedsOwner("certificate_unknown", **error.params)
    return certificates.explained(error, (plan.imap, plan.smtp))
