"""Where SoloDesk keeps its things on this computer.

One data folder holds everything of the business (store, backups, logs, exports, locks); device
settings stand apart in the config folder. Nothing is created on import; this module must not
open files.
"""

from dataclasses import dataclass
from pathlib import Path

import platformdirs

# The same everywhere: data paths, keychain, desktop file, bundle.
APP_ID = "io.github.solodesk.SoloDesk"
APP_NAME = "SoloDesk"


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder and the fixed names within it."""

    root: Path

    @property
    def store(self) -> Path:
        """The SQLite store."""
        return self.root / "solodesk.db"

    @property
    def engine_lock(self) -> Path:
        """Held by the engine process for its life."""
        return self.root / "engine.lock"

    @property
    def store_lock(self) -> Path:
        """Held exclusively while migrating, restoring or encrypting."""
        return self.root / "store.lock"

    @property
    def backups(self) -> Path:
        """Nightly checked copies of the store."""
        return self.root / "backups"

    @property
    def logs(self) -> Path:
        """Log files, secrets redacted."""
        return self.root / "logs"

    @property
    def exports(self) -> Path:
        """Reports and other files made for the owner, unless another folder is named."""
        return self.root / "exports"

    def create(self) -> "DataFolder":
        """Make the folder, readable by the owner only; returns itself."""
        for folder in (self.root, self.backups, self.logs, self.exports):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self


def data_folder(override: Path | None = None) -> DataFolder:
    """The folder named with `--data`, else the system's place for this user's data."""
    if override is not None:
        return DataFolder(override.expanduser().absolute())
    return DataFolder(Path(platformdirs.user_data_dir(APP_ID, appauthor=False)))


def config_folder() -> Path:
    """The system's place for device settings (window, language, theme)."""
    return Path(platformdirs.user_config_dir(APP_ID, appauthor=False))
