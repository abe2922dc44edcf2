"""What a person wrote now, out of the text of a mail and, where that does not tell, its HTML.

The text decides (`quotes`); only when nothing in it tells of history is the structure of the HTML
asked (`folding`), which mailers of every language write alike. Always whole lines of the text, in
order. Must not know headers.
"""

from solodesk.mail.folding import lines_above_quotes
from solodesk.mail.quotes import split_quotes


def new_words(
    body: str, html: str | None, *, is_reply: bool, forwarded: bool, sender: str = ""
) -> str:
    """The new lines of `body`; never empty while it has words. Other parameters: `split_quotes`."""
    split = split_quotes(body, is_reply=is_reply, forwarded=forwarded, sender=sender)
    if html is None or not is_reply or forwarded or split.history:
        return split.new
    above = lines_above_quotes(body, html)
    if above is None:
        return split.new
    return split_quotes(above, is_reply=is_reply, sender=sender).new
