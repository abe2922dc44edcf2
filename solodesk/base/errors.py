"""Known faults: things that go wrong in ordinary life and have a plain answer.

A `KnownError` carries a code and the facts; `wording` turns them into a sentence with what to
do. Everything else that is raised is a bug. This module must not hold sentences.
"""

import errno
from collections.abc import Mapping
from types import MappingProxyType

_Scalar = str | int | float | bool | None
Param = _Scalar | tuple[str, ...]


class KnownError(Exception):
    """A fault we know: `code` names it, `params` are the facts for its sentence.

    Codes are lower-case words joined by underscores (`wrong_password`); `str(error)` is the
    code. Exit code of a command that ends with it: 1.
    """

    exit_code = 1

    def __init__(self, code: str, **params: Param) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, Param] = MappingProxyType(params)

    def __repr__(self) -> str:
        facts = "".join(f", {name}={value!r}" for name, value in self.params.items())
        return f"{type(self).__name__}({self.code!r}{facts})"


class NeedsOwner(KnownError):  # noqa: N818 - it is not an error but a question to the owner
    """Only the owner can go on: sign in, fill a blank, decide about an uncertain send.

    Exit code 3 (cli.md).
    """

    exit_code = 3


def file_fault(error: OSError) -> KnownError:
    """The known fault behind an error of the file system.

    Codes: no_such_file, not_a_folder, no_permission, disk_full, cannot_write.
    """
    path = str(error.filename or "")
    if isinstance(error, FileNotFoundError):
        return KnownError("no_such_file", path=path)
    if isinstance(error, FileExistsError | NotADirectoryError):
        return KnownError("not_a_folder", path=path)
    if isinstance(error, PermissionError | IsADirectoryError):
        return KnownError("no_permission", path=path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return KnownError("disk_full", path=path)
    return KnownError("cannot_write", path=path, detail=error.strerror or str(error))
