"""Customers and their addresses."""

from solodesk.domain.ids import CustomerId
from solodesk.store import rows, specs
from solodesk.store.gateway import Gateway, Repository
from solodesk.store.transaction import Transaction


class Customers(Repository[rows.Customer, CustomerId]):
    """Tables customer and customer_address."""

    __slots__ = ("_addresses",)

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.CUSTOMER)
        self._addresses = Gateway(tx, specs.ADDRESS)

    def by_address(self, address: str) -> rows.Customer | None:
        """The customer an address (lower-case, IDNA) belongs to."""
        return self.first(
            "WHERE id = (SELECT customer_id FROM customer_address WHERE address = ?)", (address,)
        )

    def id_by_address(self, address: str) -> CustomerId | None:
        """The same, only the id."""
        found = self._tx.value(
            "SELECT customer_id FROM customer_address WHERE address = ?", (address,)
        )
        return None if found is None else CustomerId(found)

    def add_address(self, customer: CustomerId, address: str, name: str = "") -> None:
        """Give a customer an address; one that belongs to another customer is taken from them."""
        if self._addresses.by_key(address) is None:
            self._addresses.insert({"address": address, "customer_id": customer, "name": name})
        else:
            self._addresses.change((address,), {"customer_id": customer})

    def name_address(self, address: str, name: str) -> bool:
        """Change the display name that is kept with an address."""
        return self._addresses.change((address,), {"name": name})

    def show_pictures(self, address: str, *, always: bool) -> bool:
        """Show this sender's remote pictures from now on, or no longer."""
        return self._addresses.change((address,), {"pictures": always})

    def shows_pictures(self, address: str) -> bool:
        """Whether the owner always shows this sender's remote pictures."""
        sql = "SELECT pictures FROM customer_address WHERE address = ?"
        return bool(self._tx.value(sql, (address,)))

    def delete_address(self, address: str) -> bool:
        """Forget an address."""
        return self._addresses.remove(address)

    def addresses(self, customer: CustomerId) -> list[rows.CustomerAddress]:
        """A customer's addresses."""
        return self._addresses.select("WHERE customer_id = ? ORDER BY rowid", (customer,))

    def all(self) -> list[rows.Customer]:
        """Every customer, by name."""
        return self.select("ORDER BY name COLLATE NOCASE, id")
