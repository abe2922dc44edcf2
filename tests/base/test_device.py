"""Device settings survive crashes, hand editing and newer versions."""

import json
from pathlib import Path

import pytest

from solodesk.base import device
from solodesk.base.device import DeviceSettings


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = device.settings_file(tmp_path / "config")
    assert device.load(file) == DeviceSettings()
    settings = DeviceSettings("zh", "dark", 120, "AdnQywAD", (220, 380, 680))
    device.save(file, DeviceSettings(theme="light"))
    device.save(file, settings)
    assert device.load(file) == settings
    assert [path.name for path in file.parent.iterdir()] == ["device.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"dark"', "{\ud800}"])
def test_a_broken_file_gives_the_defaults(tmp_path: Path, text: str) -> None:
    file = tmp_path / "device.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert device.load(file) == DeviceSettings()


def test_senseless_values_do_not_spoil_the_others(tmp_path: Path) -> None:
    file = tmp_path / "device.json"
    said = {"theme": "pink", "language": "zh", "text_size": 9000, "panes": [1, -2], "new": 1}
    file.write_text(json.dumps(said), encoding="utf-8")
    assert device.load(file) == DeviceSettings(language="zh", text_size=200)


def test_a_failed_save_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "device.json"
    device.save(file, DeviceSettings(theme="dark"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        device.save(file, DeviceSettings(theme="light"))
    assert device.load(file).theme == "dark"
    assert [path.name for path in tmp_path.iterdir()] == ["device.json"]
