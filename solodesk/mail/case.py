"""Everything that is known about a mail when its kind is judged."""

from dataclasses import dataclass

from solodesk.domain.message import SurveyAnswer
from solodesk.mail import headers
from solodesk.mail.envelope import Envelope
from solodesk.mail.structure import Part, Skeleton


@dataclass(frozen=True, slots=True)
class Case:
    """A mail before its judges. `own`: our addresses, lower-case."""

    skeleton: Skeleton
    env: Envelope
    body: str
    new_text: str
    has_html: bool
    survey: SurveyAnswer | None
    own: frozenset[str]

    @property
    def root(self) -> Part:
        """The headers and the outermost part."""
        return self.skeleton.root

    @property
    def sender(self) -> str:
        """The address of From, lower-case, empty when there is none."""
        return self.env.from_.address.lower() if self.env.from_ else ""

    def value(self, name: str) -> str:
        """A header in lower case, empty when absent."""
        if name not in self.env.names:
            return ""
        raw = self.root.first(name)
        return headers.text(raw).lower() if raw else ""

    def word(self, name: str) -> str:
        """The first word of a header's value, before any parameter."""
        return self.value(name).split(";")[0].strip()
