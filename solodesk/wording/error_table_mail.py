"""The words of faults between us and the mail servers; see `error_table`."""

# A sentence is never broken in two: translators and grep see it whole.
# ruff: noqa: E501

from solodesk.wording.gettext import marked

MAIL: dict[str, tuple[str, str]] = {
    "wrong_password": (
        marked("{host} refused the password for {user}."),
        marked(
            "Check the password. Many providers want an app password instead of the one you sign in with."
        ),
    ),
    "app_password_needed": (
        marked("{host} wants an app password for {user}, not the ordinary one."),
        marked("Make an app password (授权码) on your provider's page and enter it here."),
    ),
    "sign_in_needed": (
        marked("The sign-in for {address} no longer works."),
        marked("Sign in again. Your mail here is untouched."),
    ),
    "unsafe_login": (
        marked("{host} refused to open the mailbox (“Unsafe Login”)."),
        marked("Sign in once on the provider's web page, then try again."),
    ),
    "login_disabled": (
        marked("{host} does not allow signing in over this connection."),
        marked("Choose an encrypted connection (port 993 for receiving, 465 for sending)."),
    ),
    "imap_not_allowed": (
        marked("{host} does not let mail programs into the mailbox of {user}."),
        marked(
            "Allow IMAP and SMTP in the provider's web settings (in a company the administrator does it), then try again."
        ),
    ),
    "web_login_needed": (
        marked("{host} wants you to sign in once in your web browser."),
        marked("Do that on your provider's page, then try again. It said: {text}"),
    ),
    "password_not_taken": (
        marked("{host} takes no passwords from mail programs any more."),
        marked(
            "Sign in through the browser. If that is refused too, the administrator must allow IMAP and SMTP for this mailbox."
        ),
    ),
    "bridge_not_running": (
        marked("Proton Mail Bridge does not answer on this computer (port {port})."),
        marked("Start Bridge, sign in there, leave it running, and try again."),
    ),
    "preauth_refused": (
        marked(
            "{host} opened the mailbox without asking who we are; SoloDesk does not trust that."
        ),
        marked("Check the server address with your provider."),
    ),
    "unreachable": (
        marked("{host} cannot be reached at port {port}."),
        marked(
            "Check the address and your connection. What you wrote waits here and goes out later."
        ),
    ),
    "host_not_found": (
        marked("There is no server named {host}."),
        marked("Check the spelling, or your connection to the internet."),
    ),
    "timeout": (
        marked("{host} did not answer in time."),
        marked("SoloDesk tries again by itself. Nothing was lost."),
    ),
    "connection_lost": (
        marked("The connection to {host} broke."),
        marked("SoloDesk tries again by itself. Nothing was lost."),
    ),
    "connection_lost_after_data": (
        marked("The connection broke while the reply was handed over: it may have arrived."),
        marked(
            "Look whether it is in your Sent folder, then say whether it arrived. SoloDesk does not send it twice by itself."
        ),
    ),
    "server_busy": (
        marked("{host} is busy and asks to come back later."),
        marked("SoloDesk tries again by itself."),
    ),
    "server_said": (
        marked("{host} answered: {text}"),
        marked("If it goes on, ask your provider about this sentence."),
    ),
    "not_a_mail_server": (
        marked("What answers at {host}, port {port}, is not a mail server."),
        marked(
            "Check the server address and port; on a strange network, open your browser: it may want you to sign in there first."
        ),
    ),
    "certificate_invalid": (
        marked("{host} could not prove who it is: {reason}"),
        marked(
            "SoloDesk sent no password. Check the server name; on a strange network, open your browser (it may want you to sign in there first) or wait until you are back on your own."
        ),
    ),
    "tls_failed": (
        marked("No encrypted connection to {host} came about: {reason}"),
        marked(
            "Check the port and the kind of encryption; on a strange network, open your browser: it may want you to sign in there first."
        ),
    ),
    "tls_required_missing": (
        marked("{host} does not offer the encryption you asked for."),
        marked(
            "Choose another kind of encryption, or ask your provider. SoloDesk sent no password."
        ),
    ),
    "plain_not_allowed": (
        marked("Without encryption SoloDesk talks only to this computer itself, not to {host}."),
        marked("Choose an encrypted connection."),
    ),
    "certificate_unknown": (
        marked("{host} shows a certificate that nobody vouches for: sha256:{fingerprint}"),
        marked(
            "If this is your own server and its fingerprint is the same, accept it: --accept-certificate sha256:{fingerprint}"
        ),
    ),
    "certificate_changed": (
        marked("{host} shows another certificate than the one you accepted: sha256:{fingerprint}"),
        marked(
            "SoloDesk sent no password. If you did not renew it yourself, somebody may be in between; else connect the mailbox anew."
        ),
    ),
    "pin_not_allowed": (
        marked("{host} is not on this computer or your local network."),
        marked("A certificate can be accepted by its fingerprint only there."),
    ),
    "bad_fingerprint": (
        marked("“{text}” is no fingerprint."),
        marked("It is sha256: and 64 digits from 0 to f."),
    ),
    "ca_file_unreadable": (
        marked("The certificate file {path} cannot be read."),
        marked("Choose another file."),
    ),
    "recipient_refused": (
        marked("{address} was refused: {reply}"),
        marked("Correct the address and send again; the others have got it."),
    ),
    "message_refused": (
        marked("The outgoing server refused the message: {reply}"),
        marked("Read its reason, change what it asks for, and send again."),
    ),
    "sender_refused": (
        marked("The outgoing server does not let you write as {address}."),
        marked("Check the sending address in Settings."),
    ),
    "too_big": (
        marked("The message is too big for the server."),
        marked("Send fewer or smaller attachments."),
    ),
    "desk_open_already": (
        marked("SoloDesk is open already with this data."),
        marked("Go to the window that is open. Two windows at once could confuse each other."),
    ),
    "damaged_mail": (
        marked("This mail is damaged and cannot be read fully."),
        marked("Its source is kept; look at it with “Show source”."),
    ),
    "engine_stopped": (
        marked("The part that fetches and sends mail has stopped."),
        marked("It is started again by itself; nothing was lost."),
    ),
    "recipient_deferred": (
        marked("{address}: the server asks to try again later ({reply})."),
        marked("SoloDesk tries again by itself."),
    ),
    "oauth_needed": (
        marked(
            "{provider} takes no passwords from mail programs: you sign in through the browser."
        ),
        marked("Sign in through the browser (solodesk account add ADDRESS --browser)."),
    ),
    "client_id_needed": (
        marked(
            "{provider} lets in only programs with a registered client id, and SoloDesk ships none."
        ),
        marked(
            "Give your own client id (in a terminal: --client-id ID); the manual says how to get one, free of charge."
        ),
    ),
    "no_authority": (
        marked("SoloDesk does not know where {domain} lets people sign in."),
        marked(
            "Give the addresses: --authorize-url URL --token-url URL (your provider names them)."
        ),
    ),
    "token_refused": (
        marked("{host} refused the sign-in of {user}: {text}"),
        marked(
            "Sign in again. If it goes on, the provider or your administrator must allow mail programs (IMAP and SMTP) for this address."
        ),
    ),
    "sign_in_expired": (
        marked("The sign-in for {address} has ended: {text}"),
        marked("Sign in again. Your mail here is untouched."),
    ),
    "sign_in_refused": (
        marked("{host} did not let you sign in: {text}"),
        marked("Try again; if it goes on, ask your provider about this sentence."),
    ),
    "sign_in_not_finished": (
        marked("The sign-in in the browser was not finished."),
        marked("Start it again when you are ready."),
    ),
    "unknown_provider": (
        marked("SoloDesk does not know the servers of {domain}."),
        marked(
            "Give them: --imap HOST:PORT --smtp HOST:PORT (your provider's help page names them)."
        ),
    ),
    "search_stopped": (
        marked("The search for mail servers was stopped."),
        marked("Search again, or give the servers by hand."),
    ),
    "account_sending": (
        marked("Mail of {address} is still on its way out."),
        marked("Send or cancel it first (solodesk outbox)."),
    ),
}

# Facts that are codes themselves: (fault, fact) → code → words.
FACTS: dict[tuple[str, str], dict[str, str]] = {
    ("certificate_invalid", "reason"): {
        "expired": marked("its certificate has expired."),
        "not_yet_valid": marked(
            "its certificate is not valid yet; is this computer's clock right?"
        ),
        "wrong_host": marked("its certificate is for another name."),
        "unknown_issuer": marked("nobody this computer trusts vouches for it."),
        "invalid": marked("its certificate is broken."),
    },
}
