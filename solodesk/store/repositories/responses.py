"""Canned responses with their language variants, macros, and surveys."""

from solodesk.domain.ids import CustomerId, SurveyId, TicketId
from solodesk.store import rows, specs
from solodesk.store.gateway import Gateway, Repository
from solodesk.store.transaction import Transaction


class Canned(Repository[rows.CannedResponse, int]):
    """Tables canned_response and canned_variant."""

    __slots__ = ("_variants",)

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.CANNED)
        self._variants: Gateway[rows.CannedVariant] = Gateway(tx, specs.VARIANT)

    def all(self) -> list[rows.CannedResponse]:
        """Every canned response, by name."""
        return self.select("ORDER BY name COLLATE NOCASE")

    def by_name(self, name: str) -> rows.CannedResponse | None:
        """One by its exact name."""
        return self.first("WHERE name = ?", (name,))

    def by_shortcut(self, shortcut: str) -> rows.CannedResponse | None:
        """One by its shortcut."""
        return self.first("WHERE shortcut = ? AND shortcut != '' ORDER BY id", (shortcut,))

    def variants(self, canned: int) -> list[rows.CannedVariant]:
        """Its bodies by language."""
        return self._variants.select("WHERE canned_id = ? ORDER BY language", (canned,))

    def all_variants(self) -> list[rows.CannedVariant]:
        """Every body of every canned response."""
        return self._variants.select("ORDER BY canned_id, language")

    def set_variant(self, canned: int, language: str, body: str) -> bool:
        """Store the body of one language; returns whether it differs."""
        if self._variants.by_key(canned, language) is not None:
            return self._variants.change((canned, language), {"body": body})
        self._variants.insert({"canned_id": canned, "language": language, "body": body})
        return True

    def delete_variant(self, canned: int, language: str) -> bool:
        """Delete the body of one language."""
        return self._variants.remove(canned, language)

    def delete(self, row_id: int) -> bool:
        """Delete a canned response and its bodies (one by one, so that undo knows them)."""
        for variant in self.variants(row_id):
            self._variants.remove(row_id, variant.language)
        return super().delete(row_id)


class Macros(Repository[rows.Macro, int]):
    """Table macro."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.MACRO)

    def all(self) -> list[rows.Macro]:
        """Every macro, by name."""
        return self.select("ORDER BY name COLLATE NOCASE")

    def by_name(self, name: str) -> rows.Macro | None:
        """One by its exact name."""
        return self.first("WHERE name = ?", (name,))


class Surveys(Repository[rows.Survey, SurveyId]):
    """Table survey."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.SURVEY)

    def all(self) -> list[rows.Survey]:
        """Every survey, newest first."""
        return self.select("ORDER BY id DESC")

    def by_token(self, token: str) -> rows.Survey | None:
        """The survey a token is bound to."""
        return self.first("WHERE token = ?", (token,))

    def of_ticket(self, ticket: TicketId) -> list[rows.Survey]:
        """A ticket's surveys, newest first."""
        return self.select("WHERE ticket_id = ? ORDER BY id DESC", (ticket,))

    def of_customer(self, customer: CustomerId) -> list[rows.Survey]:
        """A customer's surveys, newest first."""
        return self.select("WHERE customer_id = ? ORDER BY id DESC", (customer,))

    def by_outbox(self, outbox: int) -> rows.Survey | None:
        """The survey an outbox row carries."""
        return self.first("WHERE outbox_id = ?", (outbox,))

    def by_rfc_id(self, rfc_id: str) -> rows.Survey | None:
        """The survey that went out under a Message-ID."""
        return self.first("WHERE rfc_id = ?", (rfc_id,))
