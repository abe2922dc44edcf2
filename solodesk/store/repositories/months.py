"""Months as they were reported."""

from typing import Any

from solodesk.store import rows, specs
from solodesk.store.gateway import Gateway
from solodesk.store.transaction import Transaction


class Months(Gateway[rows.FrozenMonth]):
    """Table frozen_month."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.MONTH)

    def get(self, month: str) -> rows.FrozenMonth | None:
        """The figures of 'YYYY-MM' as reported, or None."""
        return self.by_key(month)

    def freeze(self, month: str, figures: Any) -> bool:
        """Keep a month's figures; a month that is frozen stays as it is (returns False)."""
        if self.by_key(month) is not None:
            return False
        self.insert({"month": month, "figures": figures})
        return True
