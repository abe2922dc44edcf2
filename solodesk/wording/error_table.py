"""The words of known faults: code → (what happened, what to do). Only a table; see `errors`."""

# A sentence is never broken in two: translators and grep see it whole.
# ruff: noqa: E501

from solodesk.wording.gettext import marked

SENTENCES: dict[str, tuple[str, str]] = {
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
        marked("Check the server address and port."),
    ),
    "certificate_invalid": (
        marked("{host} could not prove who it is: {reason}"),
        marked(
            "SoloDesk sent no password. Check the server name; on a strange network, wait until you are back on your own."
        ),
    ),
    "tls_failed": (
        marked("No encrypted connection to {host} came about: {reason}"),
        marked("Check the port and the kind of encryption."),
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
    "engine_stopped": (
        marked("The part of SoloDesk that talks to mail servers has stopped."),
        marked("It starts again by itself. Try once more in a moment."),
    ),
    "store_newer": (
        marked("This data was written by a newer SoloDesk."),
        marked("Start the newer version. Nothing was changed."),
    ),
    "store_damaged": (
        marked("The data file is damaged and was not opened ({detail})."),
        marked("Restore the last backup: solodesk restore. The damaged file stays where it is."),
    ),
    "store_locked": (
        marked("Another program is using SoloDesk's data just now."),
        marked("Wait a moment, or close the other one."),
    ),
    "store_busy": (
        marked("SoloDesk's data is busy."),
        marked("Wait a moment and try again."),
    ),
    "already_running": (
        marked("SoloDesk is already open with this data."),
        marked("Use the window that is open, or choose another data folder."),
    ),
    "disk_full": (
        marked("The disk is full."),
        marked("Free some space; what you did last was not saved, everything before is safe."),
    ),
    "no_permission": (
        marked("SoloDesk may not write to {path}."),
        marked("Choose another folder, or allow it."),
    ),
    "cannot_write": (
        marked("{path} could not be written: {detail}"),
        marked("Choose another folder or free some space."),
    ),
    "file_unreadable": (
        marked("{path} cannot be read."),
        marked("Check the file and whether you may open it."),
    ),
    "no_such_file": (
        marked("There is no file {path}."),
        marked("Check the name."),
    ),
    "not_utf8": (
        marked("{path} is not text in UTF-8."),
        marked("Save it as UTF-8 and try again."),
    ),
    "no_keychain": (
        marked(
            "This computer has no keychain that SoloDesk could use for the password ({detail})."
        ),
        marked(
            "Unlock or install the system's keychain, or enter the password for this session only."
        ),
    ),
    "no_secret": (
        marked("The password for {address} is not in the keychain."),
        marked("Enter it again."),
    ),
    "no_cjk_font": (
        marked("No font with Chinese characters was found, so the PDF cannot be made."),
        marked("Install one (for example fonts-wqy-microhei or Noto Sans CJK), or save as HTML."),
    ),
    "damaged_mail": (
        marked("This mail is damaged and cannot be read fully."),
        marked("Its source is kept; look at it with “Show source”."),
    ),
    "no_such_ticket": (
        marked("There is no ticket #{ticket}."),
        marked("Check the number; solodesk tickets lists them."),
    ),
    "no_such_message": (
        marked("There is no message {message}."),
        marked("Check the number; solodesk ticket N lists them."),
    ),
    "no_such_customer": (
        marked("There is no customer {customer}."),
        marked("Check the name or address."),
    ),
    "no_such_account": (
        marked("There is no account {account}."),
        marked("solodesk account list shows them."),
    ),
    "no_account": (
        marked("There is no mail account yet."),
        marked("Add one: solodesk account add ADDRESS."),
    ),
    "account_exists": (
        marked("{address} is already here."),
        marked("Remove it first if you want to start over."),
    ),
    "no_identity": (
        marked("There is no address to send from."),
        marked("Add a mail account first."),
    ),
    "no_such_identity": (
        marked("There is no sending address {identity}."),
        marked("Check the address."),
    ),
    "no_such_response": (
        marked("There is no canned response named “{name}”."),
        marked("solodesk responses list shows them."),
    ),
    "no_such_macro": (
        marked("There is no macro named “{name}”."),
        marked("solodesk macros list shows them."),
    ),
    "no_such_survey": (
        marked("There is no such survey."),
        "",
    ),
    "no_such_outbox": (
        marked("There is no reply {outbox} in the outbox."),
        marked("solodesk outbox lists them."),
    ),
    "no_such_setting": (
        marked("There is no setting named {key}."),
        marked("solodesk settings list shows them."),
    ),
    "no_such_figure": (
        marked("There is no figure named {key}."),
        marked("solodesk figures lists them all."),
    ),
    "no_such_month": (
        marked("“{text}” is not a month."),
        marked("Write it as 2026-10."),
    ),
    "bad_period": (
        marked("“{text}” is not a period."),
        marked("Write days as 2026-10-01, the first before the last."),
    ),
    "period_in_future": (
        marked("{text} has not begun yet."),
        marked("Choose a month that has begun."),
    ),
    "nothing_happened": (
        marked("Nothing happened in {period}."),
        marked("Pick another month."),
    ),
    "bad_setting": (
        marked("{key} cannot be set to {value}."),
        "{known}",
    ),
    "bad_zone": (
        marked("There is no time zone named {zone}."),
        marked("Write it like Asia/Shanghai or Europe/Berlin."),
    ),
    "bad_address": (
        marked("“{address}” is not a complete mail address."),
        marked("Write it like name@example.com."),
    ),
    "address_not_ascii": (
        marked("{address} has letters that this server cannot address."),
        marked("Use the customer's other address, if there is one."),
    ),
    "no_recipient": (
        marked("There is nobody to send to."),
        marked("Add an address."),
    ),
    "empty_reply": (
        marked("There is nothing written yet."),
        marked("Write a sentence or choose a canned response."),
    ),
    "blank_open": (
        marked("Blanks are still to be filled: {blanks}."),
        marked("Fill them, then send."),
    ),
    "no_draft": (
        marked("There is no draft for this ticket."),
        "",
    ),
    "template_broken": (
        marked("The canned response has a mistake in line {line}: {detail}"),
        marked("Correct the placeholder and save again."),
    ),
    "template_too_long": (
        marked("The filled text grows too long."),
        marked("Shorten the canned response."),
    ),
    "bad_macro": (
        marked("Step {step} of the macro makes no sense."),
        marked("Correct it and save again."),
    ),
    "bad_responses_file": (
        marked("{path} is not a file of canned responses."),
        marked("Export some first to see what it looks like."),
    ),
    "bad_macros_file": (
        marked("{path} is not a file of macros."),
        marked("Export some first to see what it looks like."),
    ),
    "bad_span": (
        marked("“{span}” is not a length of time."),
        marked("Write it like 3h, 2d or 1w."),
    ),
    "bad_time": (
        marked("“{text}” is not a time."),
        marked("Write it like 2026-10-31T09:00 or 3h."),
    ),
    "time_passed": (
        marked("That time has already passed."),
        marked("Choose a later one."),
    ),
    "unknown_status": (
        marked("There is no status “{status}”."),
        marked("Choose one of: {known}."),
    ),
    "unknown_priority": (
        marked("There is no priority “{priority}”."),
        marked("Choose one of: {known}."),
    ),
    "unknown_view": (
        marked("There is no view “{view}”."),
        marked("Choose one of: {known}."),
    ),
    "unknown_format": (
        marked("There is no report format “{format}”."),
        marked("Choose among: {known}."),
    ),
    "bad_query": (
        marked("The search “{query}” cannot be understood."),
        marked("Check the part before the colon, or search for plain words."),
    ),
    "empty_query": (
        marked("There is nothing to search for."),
        marked("Write a word."),
    ),
    "nothing_to_undo": (
        marked("There is nothing to undo."),
        "",
    ),
    "already_sent": (
        marked("It has already been sent."),
        marked("It cannot be called back."),
    ),
    "not_cancellable": (
        marked("It is on its way and can no longer be stopped."),
        "",
    ),
    "not_uncertain": (
        marked("Nothing is uncertain about this reply: {state}."),
        "",
    ),
    "wrong_state": (
        marked("That is not possible while it is {state}."),
        "",
    ),
    "merge_itself": (
        marked("A ticket cannot be merged into itself."),
        marked("Choose another ticket."),
    ),
    "cannot_split": (
        marked("This message is the only one of its ticket."),
        "",
    ),
    "survey_already_sent": (
        marked("A survey for this ticket has already been sent."),
        "",
    ),
    "survey_budget": (
        marked("This customer was asked a short while ago."),
        marked("Ask again later: too many surveys annoy."),
    ),
    "no_customer": (
        marked("This ticket has no customer to write to."),
        "",
    ),
    "too_old": (
        marked("That was too long ago to take back."),
        "",
    ),
    "engine_stopped": (
        marked("The part that fetches and sends mail has stopped."),
        marked("It is started again by itself; nothing was lost."),
    ),
    "offline": (
        marked("You are offline."),
        marked("You can keep working; what you send goes out later."),
    ),
    "not_built_yet": (
        marked("“{command}” is not built yet."),
        "",
    ),
    "no_display": (
        marked("There is no screen to open a window on."),
        marked("Use the commands: solodesk --help."),
    ),
    "report_failed": (
        marked("The report could not be made: {detail}"),
        marked("Try another format, and report what it says."),
    ),
    "demo_did_not_start": (
        marked("The sample shop did not start."),
        marked("Try again; if it happens again, report it."),
    ),
    "file_missing": (
        marked("The attachment {name} is no longer here."),
        marked("Attach it again."),
    ),
    "file_not_found": (
        marked("There is no file {path}."),
        marked("Check the name."),
    ),
    "file_not_readable": (
        marked("{path} cannot be read."),
        marked("Check the file and whether you may open it."),
    ),
    "survey_asked_already": (
        marked("This customer has already been asked about this ticket."),
        "",
    ),
    "unknown_setting": (
        marked("There is no setting named {key}."),
        marked("solodesk settings list shows them."),
    ),
    "recipient_deferred": (
        marked("{address}: the server asks to try again later ({reply})."),
        marked("SoloDesk tries again by itself."),
    ),
    "oauth_needed": (
        marked(
            "{provider} does not take passwords from mail programs any more; sign-in by browser is not built yet."
        ),
        marked("Use another mailbox for now."),
    ),
    "unknown_provider": (
        marked("SoloDesk does not know the servers of {domain}."),
        marked(
            "Give them: --imap HOST:PORT --smtp HOST:PORT (your provider's help page names them)."
        ),
    ),
    "account_sending": (
        marked("Mail of {address} is still on its way out."),
        marked("Send or cancel it first (solodesk outbox)."),
    ),
    "store_unreachable": (
        marked("SoloDesk cannot read its data at {path} ({detail})."),
        marked("Check that the disk is there and that you may write to the folder."),
    ),
    "empty_note": (
        marked("The note is empty."),
        marked("Write a word, or leave it."),
    ),
    "unknown_channel": (
        marked("There is no channel “{channel}”."),
        marked("Choose one of: {known}."),
    ),
    "bad_tag": (
        marked("“{tag}” cannot be a tag."),
        marked("Use 1 to 50 characters."),
    ),
    "name_taken": (
        marked("The name “{name}” is already used."),
        marked("Choose another name."),
    ),
    "empty_response": (
        marked("The canned response has no words yet."),
        marked("Write at least one language."),
    ),
    "path_or_message": (
        marked("Give a file or --message ID, one of them."),
        "",
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
    "demo_folder_taken": (
        marked("{path} already holds other data; the sample shop wants a folder of its own."),
        marked("Give an empty folder: --data DIR."),
    ),
    "demo_step_failed": (
        marked("The demo stopped at “{step}”: {detail}"),
        marked("Try again; if it happens again, report it."),
    ),
}
