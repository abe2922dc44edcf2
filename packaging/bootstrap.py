#!/usr/bin/env python3
"""From a fresh clone to a running SoloDesk: python3 packaging/bootstrap.py COMMAND [ARGUMENTS…]

    demo     a sample shop's mailbox, served on this computer, in the window (or --headless)
    run      SoloDesk itself
    test     the whole test suite (arguments go to pytest)
    check    ruff, mypy and the import contracts
    soak     fault and mail tests with everything they can strike at (an hour or more)
    bench    the benchmarks
    setup    only set up (with --dev: for development)

Makes `.venv`, installs the hash-locked requirements, sees to the system libraries, then runs the
command and passes its exit code on. Standard library only; run it as often as you like: what is
done is not done again. Progress goes to stderr, so that a command's output stays its own.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "solodesk-setup.json"
LOCKS = {
    "run": ROOT / "packaging" / "requirements.txt",
    "dev": ROOT / "packaging" / "requirements-dev.txt",
}
OLDEST = (3, 11)

# Debian and Ubuntu names. Qt: found by ldd on a bare system; xcb is the real window.
QT_PACKAGES = (
    *("libegl1", "libgl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1", "libglib2.0-0"),
    *("libgssapi-krb5-2", "libbrotli1", "libfreetype6", "libx11-6"),
    *("libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0", "libxcb-xkb1"),
    *("libxkbcommon-x11-0", "libxcb-image0", "libxcb-render-util0", "libxcb-util1"),
    "libxcb-randr0",
)
FONT_PACKAGES = ("fonts-dejavu-core", "fonts-wqy-microhei")
PROGRAM_PACKAGES = {
    "dovecot": "dovecot-imapd",
    "gnome-keyring-daemon": "gnome-keyring",
    "dbus-daemon": "dbus",
    "Xvfb": "xvfb",
    "xauth": "xauth",
    "setpriv": "util-linux",
    "strace": "strace",
}
# Parts of file names of fonts that hold Chinese characters.
CJK_FONTS = (
    "cjk",
    "wqy",
    "sourcehan",
    "notosanssc",
    "notoserifsc",
    "uming",
    "ukai",
    "droidsansfallback",
)
QT_PARTS = ("libQt6Widgets.so.6", "libQt6Svg.so.6", "libQt6PrintSupport.so.6")
QT_PLUGINS = ("platforms/libqoffscreen.so", "platforms/libqxcb.so")


class SetupError(Exception):
    """Set-up cannot go on; the text says what to do."""


def say(text: str) -> None:
    """One line of progress."""
    print(text, file=sys.stderr, flush=True)


def call(command: list[str]) -> int:
    """Run a step with its output on stderr; returns its exit code."""
    return subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False).returncode


def call_quietly(command: list[str]) -> int:
    """Run a talkative step; what it said is shown only when it fails. Returns its exit code."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        say(done.stdout)
    return done.returncode


def venv_python() -> Path:
    """The Python of `.venv`."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


# --- the system's packages -------------------------------------------------------------------


def on_debian() -> bool:
    """Whether this is Debian, Ubuntu or a system made from them, with apt."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    said = " ".join(line.partition("=")[2].strip('"') for line in lines if line.startswith("ID"))
    return bool({"debian", "ubuntu"} & set(said.split())) and shutil.which("apt-get") is not None


def as_root() -> list[str] | None:
    """What to put before a command so that it runs as root without a question, if possible."""
    if os.name == "nt":
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def apt_line(packages: list[str]) -> str:
    """The line a person types to install the packages."""
    return "sudo apt-get install -y --no-install-recommends " + " ".join(packages)


def apt_install(packages: list[str]) -> bool:
    """Install Debian packages if that is possible without a question; False when it is not."""
    before = as_root() if on_debian() else None
    if before is None:
        return False
    say(f"Installing {len(packages)} system packages: {' '.join(packages)}")
    quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
    frontend = ["env", "DEBIAN_FRONTEND=noninteractive"]
    call_quietly([*before, *frontend, "apt-get", "update", *quiet])
    install = ["apt-get", "install", "-y", "--no-install-recommends", *quiet, *packages]
    return call_quietly([*before, *frontend, *install]) == 0


def missing_programs() -> list[str]:
    """Debian packages of the real components the tests use that are not there."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"])
    return [
        package
        for program, package in PROGRAM_PACKAGES.items()
        if shutil.which(program, path=path) is None
    ]


def font_folders() -> list[Path]:
    """Where fonts are looked for on Linux."""
    home = Path.home()
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    return [*folders, home / ".fonts", home / ".local/share/fonts"]


def missing_fonts(folders: list[Path] | None = None) -> list[str]:
    """Debian packages of fonts to install: a Latin one if there is none, a Chinese one the same."""
    if not sys.platform.startswith("linux"):
        return []
    names = [
        file.name.lower().replace("-", "")
        for folder in (font_folders() if folders is None else folders)
        for file in folder.rglob("*.[to]t[fc]")
    ]
    chinese = any(part in name for name in names for part in CJK_FONTS)
    latin = any(not any(part in name for part in CJK_FONTS) for name in names)
    return [name for name, there in zip(FONT_PACKAGES, (latin, chinese), strict=True) if not there]


def missing_qt_libraries() -> list[str]:
    """Names of shared libraries Qt needs and this Linux does not have."""
    if not sys.platform.startswith("linux") or shutil.which("ldd") is None:
        return []
    qt = next(VENV.glob("lib/python*/site-packages/PySide6/Qt"), None)
    if qt is None:
        return []
    parts = [qt / "lib" / name for name in QT_PARTS] + [
        qt / "plugins" / name for name in QT_PLUGINS
    ]
    files = [str(part) for part in parts if part.is_file()]
    told = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False).stdout
    return sorted({line.split()[0] for line in told.splitlines() if line.endswith("not found")})


def see_to_system(level: str) -> None:
    """Qt's libraries, fonts and, for development, the tests' servers: install or tell how."""
    libraries, fonts = missing_qt_libraries(), missing_fonts()
    programs = missing_programs() if level == "dev" and os.name != "nt" else []
    wanted = [*(QT_PACKAGES if libraries else ()), *fonts, *programs]
    if not wanted or apt_install(wanted):
        return
    if libraries:
        say(f"Qt needs system libraries that are missing: {', '.join(libraries)}")
    if fonts:
        say(f"No font for some texts: {', '.join(fonts)}; without it letters show as boxes.")
    if programs:
        say(f"The tests use programs that are missing: {', '.join(programs)}")
    if on_debian():
        say(f"Please run this and try again:\n  {apt_line(wanted)}")
    else:
        say(f"On Debian they are in these packages: {' '.join(wanted)}")
    # Fonts are a matter of looks, and away from Debian tests without their server are skipped.
    if libraries or (programs and on_debian()):
        message = "SoloDesk cannot start before that."
        raise SetupError(message)


# --- the Python environment ------------------------------------------------------------------


def fingerprint(level: str) -> str:
    """Changes when an environment made for `level` has to be made anew or added to."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    files = [LOCKS[level], ROOT / "pyproject.toml", ROOT / "packaging" / "hatch_build.py"]
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_done(level: str) -> bool:
    """Whether set-up has been finished for these very locks; `dev` holds all of `run`."""
    try:
        done = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not venv_python().exists():
        return False
    return any(done.get(one) == fingerprint(one) for one in {level, "dev"})


def has_module(name: str) -> bool:
    """Whether the Python that runs this can import a module."""
    return importlib.util.find_spec(name) is not None


def make_venv() -> None:
    """Make `.venv`, also where Debian's python3-venv is missing."""
    if venv_python().exists() and venv_version() == sys.version_info[:2]:
        return
    say(f"Making {VENV.name} with Python {sys.version.split()[0]}")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if has_module("venv") and has_module("ensurepip") and call_quietly(command) == 0:
        return
    if has_module("venv") and has_module("pip") and call([*command, "--without-pip"]) == 0:
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if apt_install([package]) and call(command) == 0:
        return
    message = "Python cannot make a virtual environment here."
    if on_debian():
        message += f" Please run this and try again:\n  {apt_line([package])}"
    raise SetupError(message)


def venv_version() -> tuple[int, int] | None:
    """The Python version `.venv` was made with; None when it does not say or does not run."""
    try:
        lines = (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
        said = next(line.partition("=")[2] for line in lines if line.startswith("version"))
        major, minor = said.strip().split(".")[:2]
        return int(major), int(minor)
    except (OSError, StopIteration, ValueError):
        return None


def pip() -> list[str]:
    """pip for `.venv`: its own, or the system's pointed at it."""
    own = subprocess.run([str(venv_python()), "-c", "import pip"], capture_output=True, check=False)
    if own.returncode == 0:
        return [str(venv_python()), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(venv_python())]


def install(level: str) -> None:
    """Install the locked requirements, every file checked by its hash, and this checkout."""
    lock = LOCKS[level]
    count = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    say(f"Installing up to {count} locked requirements (the first time: about 150 MB)")
    quiet = ["-qq", "--disable-pip-version-check", "--no-input"]
    # The lock is complete, so pip need not look for dependencies.
    locked = [*pip(), "install", *quiet, "--no-deps", "--require-hashes", "-r", str(lock)]
    if call(locked) != 0:
        message = "The requirements could not be installed; the reason stands above."
        raise SetupError(message)
    say("Installing SoloDesk from this folder")
    here = [*pip(), "install", *quiet, "--no-build-isolation", "--no-deps", "-e", str(ROOT)]
    if call(here) != 0:
        message = "SoloDesk could not be installed from this folder; the reason stands above."
        raise SetupError(message)


def set_up(level: str) -> None:
    """Bring `.venv` and the system to what `level` (`run` or `dev`) needs."""
    if not is_done(level):
        make_venv()
        install(level)
        see_to_system(level)
        STAMP.write_text(json.dumps({level: fingerprint(level)}), encoding="utf-8")
        say("Set-up is done.")
    compile_translations()


def compile_translations() -> None:
    """Tables may have changed since; this takes milliseconds."""
    import translations  # beside this script; not at the top, old Pythons get a plain sentence

    translations.compile_all()


# --- commands --------------------------------------------------------------------------------


def hand_over(command: list[str]) -> int:
    """Become the program; its exit code is ours."""
    python = str(venv_python())
    if os.name != "nt":
        os.execv(python, [python, *command])  # noqa: S606 - does not return
    return subprocess.run([python, *command], check=False).returncode


def pytest_arguments(given: list[str]) -> list[str]:
    """pytest under xdist, so that a crash is one failed test; a debugger needs one process."""
    if any(word.startswith(("-n", "--pdb", "--trace", "--numprocesses")) for word in given):
        return ["-m", "pytest", *given]
    workers = str(max(2, min(4, os.cpu_count() or 2)))
    return ["-m", "pytest", "-n", workers, "--dist=loadfile", *given]


def check() -> int:
    """ruff, its formatter, mypy and the import contracts; all run, the worst code counts."""
    scripts = venv_python().parent
    steps = [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["lint-imports"],
    ]
    worst = 0
    for step in steps:
        say(f"$ {' '.join(step)}")
        code = subprocess.run([str(scripts / step[0]), *step[1:]], cwd=ROOT, check=False).returncode
        worst = max(worst, abs(code))
    return worst


def run_command(command: str, given: list[str]) -> int:
    """Set up for a command, then run it."""
    tools = command in {"test", "soak", "check", "bench"}
    developing = tools or (command, *given) == ("setup", "--dev")
    set_up("dev" if developing else "run")
    if command == "setup":
        return 0
    if command == "check":
        return check()
    if command in {"test", "soak", "bench"}:
        os.chdir(ROOT)
        if command == "soak":
            os.environ["SOLODESK_SOAK"] = "1"
            hours = ["-o", f"faulthandler_timeout={6 * 3600}"]
            return hand_over(pytest_arguments([*hours, *(given or ["tests/faults", "tests/mail"])]))
        arguments = pytest_arguments(given) if command == "test" else ["-m", "tests.bench", *given]
        return hand_over(arguments)
    return hand_over(["-m", "solodesk", *(["demo"] if command == "demo" else []), *given])


def main(argv: list[str]) -> int:
    """Read the command line; 2 for wrong use, 1 when set-up cannot go on."""
    commands = ("demo", "run", "test", "soak", "check", "bench", "setup")
    if not argv or argv[0] not in commands:
        asked = bool(argv) and argv[0] in {"-h", "--help"}
        say(__doc__ or "")
        return 0 if asked else 2
    if sys.version_info < OLDEST:
        say(f"SoloDesk needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 1
    try:
        return run_command(argv[0], argv[1:])
    except SetupError as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
