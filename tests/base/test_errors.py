"""Known faults carry a code and facts."""

import pytest

from solodesk.base.errors import KnownError, NeedsOwner


def test_code_params_and_exit_codes() -> None:
    error = KnownError("wrong_password", account="me@shop.example", attempts=2)
    assert (str(error), error.code, error.exit_code) == ("wrong_password", "wrong_password", 1)
    assert error.params == {"account": "me@shop.example", "attempts": 2}
    assert repr(error) == "KnownError('wrong_password', account='me@shop.example', attempts=2)"
    assert NeedsOwner("open_blank").exit_code == 3
    assert isinstance(NeedsOwner("open_blank"), KnownError)


def test_params_do_not_change() -> None:
    with pytest.raises(TypeError):
        KnownError("x", a=1).params["a"] = 2  # type: ignore[index]
