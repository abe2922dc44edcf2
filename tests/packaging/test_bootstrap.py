"""Set-up: what it does on a computer that lacks something, without changing this one."""

import subprocess
import sys
from pathlib import Path

import bootstrap
import pytest

ROOT = Path(__file__).parents[2]


def test_wrong_use_and_help() -> None:
    script = [sys.executable, str(ROOT / "packaging" / "bootstrap.py")]
    for words, code in [([], 2), (["dance"], 2), (["--help"], 0)]:
        done = subprocess.run([*script, *words], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (code, "")
        assert "demo" in done.stderr


def test_standard_library_only() -> None:
    # -I -S: no site-packages, no checkout on the path.
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(ROOT / "packaging" / "bootstrap.py"), "-h"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    code = "import sys; sys.path.insert(0, 'packaging'); import translations"
    subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, check=True)


def test_done_until_a_lock_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("a==1\n", encoding="utf-8")
    monkeypatch.setattr(bootstrap, "LOCKS", {"run": lock, "dev": lock})
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    assert not bootstrap.is_done("run")
    stamp = f'{{"dev": "{bootstrap.fingerprint("dev")}"}}'
    (tmp_path / "stamp.json").write_text(stamp, encoding="utf-8")
    assert bootstrap.is_done("dev")
    assert bootstrap.is_done("run"), "what development needs holds all the product needs"
    lock.write_text("a==2\n", encoding="utf-8")
    assert not bootstrap.is_done("dev")
    (tmp_path / "stamp.json").write_text("{", encoding="utf-8")
    assert not bootstrap.is_done("dev")


def test_missing_parts_are_told_when_nothing_can_be_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "missing_qt_libraries", lambda: ["libEGL.so.1"])
    monkeypatch.setattr(bootstrap, "missing_fonts", list)
    monkeypatch.setattr(bootstrap, "as_root", lambda: None)
    monkeypatch.setattr(bootstrap, "on_debian", lambda: True)
    with pytest.raises(bootstrap.SetupError):
        bootstrap.see_to_system("run")
    said = capsys.readouterr().err
    assert "libEGL.so.1" in said
    assert "sudo apt-get install -y --no-install-recommends libegl1 " in said


def test_missing_fonts_and_servers_do_not_stop_other_systems(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "missing_qt_libraries", list)
    monkeypatch.setattr(bootstrap, "missing_fonts", lambda: ["fonts-wqy-microhei"])
    monkeypatch.setattr(bootstrap, "missing_programs", lambda: ["dovecot-imapd"])
    monkeypatch.setattr(bootstrap, "on_debian", lambda: False)
    bootstrap.see_to_system("dev")
    assert "dovecot-imapd" in capsys.readouterr().err
    monkeypatch.setattr(bootstrap, "on_debian", lambda: True)
    monkeypatch.setattr(bootstrap, "as_root", lambda: None)
    with pytest.raises(bootstrap.SetupError):
        bootstrap.see_to_system("dev")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fonts are looked for on Linux")
def test_fonts_are_looked_for_by_what_they_hold(tmp_path: Path) -> None:
    assert bootstrap.missing_fonts([tmp_path]) == list(bootstrap.FONT_PACKAGES)
    (tmp_path / "NotoSansCJK-Regular.ttc").touch()
    assert bootstrap.missing_fonts([tmp_path]) == ["fonts-dejavu-core"]
    (tmp_path / "DejaVuSans.ttf").touch()
    assert bootstrap.missing_fonts([tmp_path]) == []


def test_environment_without_ensurepip_uses_this_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "venv")
    monkeypatch.setattr(bootstrap, "has_module", lambda name: name != "ensurepip")
    bootstrap.make_venv()
    assert bootstrap.venv_version() == sys.version_info[:2]
    assert bootstrap.pip() == [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(bootstrap.venv_python()),
    ]
    told = subprocess.run([*bootstrap.pip(), "--version"], capture_output=True, check=True)
    assert told.returncode == 0


def test_no_way_to_an_environment_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "venv")
    monkeypatch.setattr(bootstrap, "has_module", lambda _: False)
    monkeypatch.setattr(bootstrap, "on_debian", lambda: True)
    monkeypatch.setattr(bootstrap, "as_root", lambda: None)
    with pytest.raises(bootstrap.SetupError, match=r"apt-get install .*python3\.\d+-venv"):
        bootstrap.make_venv()


def test_tests_run_under_xdist_unless_told_otherwise() -> None:
    assert "--dist=loadfile" in bootstrap.pytest_arguments(["tests/base"])
    assert bootstrap.pytest_arguments(["-n0", "-x"]) == ["-m", "pytest", "-n0", "-x"]
    assert "--dist=loadfile" not in bootstrap.pytest_arguments(["--pdb"])
