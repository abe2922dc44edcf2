"""Keeps None, True and False alive under Python 3.11 when PySide6 6.12 is used.

PySide6 6.12.0 is compiled for the stable interface of Python 3.12, where these three are immortal
and are returned without taking a reference. On 3.11 every call of a Qt method that returns
nothing therefore takes one reference of None away, and after some thousand calls the interpreter
aborts ("none_dealloc: deallocating None"). Measured: 200 calls of `QObject.setObjectName` cost
None 200 references. A very large count at start makes the loss harmless.

This module must do nothing on Python 3.12 and newer, where the cause does not exist.
"""

import sys

_TOLERANCE = 64


def keep_singletons() -> bool:
    """Give None, True and False references that no run uses up; True when that was needed.

    To be called once, before the first widget is made. Writes the reference count where CPython
    keeps it (first word of the object); when the number found there is not the count, it leaves
    everything alone.
    """
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return False
    import ctypes

    plenty = 1 << (48 if sys.maxsize > 2**32 else 28)
    for thing in (None, True, False):
        count = ctypes.c_ssize_t.from_address(id(thing))
        if abs(count.value - sys.getrefcount(thing)) > _TOLERANCE:
            return False
        if count.value < plenty:
            count.value += plenty
    return True
