"""The two things a use case is handed, under a name the screens may import."""

from solodesk.store.store import Store
from solodesk.store.uow import Desk, Reader

__all__ = ["Desk", "Reader", "Store"]
