"""The words of known faults: code → (what happened, what to do). Only a table; see `errors`."""

# A sentence is never broken in two: translators and grep see it whole.

from solodesk.wording.error_table_mail import MAIL
from solodesk.wording.gettext import marked

SENTENCES: dict[str, tuple[str, str]] = {
    **MAIL,
    "store_newer": (
        marked("This data was written by a newer SoloDesk."),
        marked("Start the newer version. Nothing was changed."),
    ),
    "store_damaged": (
        marked("The data file is damaged and was not opened."),
        marked("Restore the last backup: solodesk restore. The damaged file stays where it is."),
    ),
    "restored_on_its_way": (
        marked("This message was on its way when the backup was made; it has perhaps left since."),
        marked("Look in Sent: delivered, or send it again."),
    ),
    "renumbered": (
        marked("The server gave the messages in {folder} new numbers."),
        marked("SoloDesk compares them again by itself. Nothing was lost."),
    ),
    "cannot_move": (
        marked("This server cannot move mail out of {folder} safely."),
        marked("The mail stays where it is; closed tickets are closed here all the same."),
    ),
    "archive_is_inbox": (
        marked("{folder} cannot be its own archive."),
        marked("Choose another archive folder in the settings."),
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
        marked("{path} could not be written ({detail})."),
        marked("Choose another folder or free some space."),
    ),
    "file_unreadable": (
        marked("{path} cannot be read."),
        marked("Check the file and whether you may open it."),
    ),
    "not_a_folder": (
        marked("{path} is not a folder."),
        marked("Choose another folder."),
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
        marked("This computer has no keychain that SoloDesk could use for the password."),
        marked("Unlock or install it, or give the password in SOLODESK_PASSWORD for now."),
    ),
    "no_secret": (
        marked("The password for {address} is not in the keychain."),
        marked("Enter it again."),
    ),
    "no_cjk_font": (
        marked("No font with Chinese characters was found, so the PDF cannot be made."),
        marked("Install one (for example fonts-wqy-microhei or Noto Sans CJK), or save as HTML."),
    ),
    "no_such_ticket": (
        marked("There is no ticket #{ticket}."),
        marked("Check the number; solodesk tickets lists them."),
    ),
    "no_such_message": (
        marked("There is no message {message}."),
        marked("Check the number; solodesk ticket N lists them."),
    ),
    "no_such_charset": (
        marked("There is no charset {charset}."),
        marked("Names are for example utf-8, gb18030, big5, shift_jis, windows-1251."),
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
        marked("It can be: {known}."),
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
    "not_understood": (
        marked("That search is not complete: {said}"),
        "",
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
    "not_merged": (
        marked("Nothing was merged into ticket #{ticket}."),
        marked("Say the ticket that was merged, or the one it went into."),
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
    "store_unreachable": (
        marked("SoloDesk cannot reach its data at {path}."),
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
    "empty_name": (
        marked("The name is empty."),
        marked("Write a name."),
    ),
    "no_such_search": (
        marked("There is no saved search “{name}”."),
        marked("See them with: solodesk searches list"),
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
    "unforeseen": (
        marked("Something happened that SoloDesk did not foresee ({kind})."),
        marked("Your data is safe. Try again; if it happens again, report it with {path}."),
    ),
    "demo_folder_taken": (
        marked("{path} already holds other data; the sample shop wants a folder of its own."),
        marked("Give an empty folder: --data DIR."),
    ),
    "demo_step_failed": (
        marked("The demo stopped at “{step}”: {detail}"),
        marked("Try again; if it happens again, report it."),
    ),
}
