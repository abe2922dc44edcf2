"""Build step: compile the translations before resources are put into the wheel.

It also runs for editable installs, so that a checkout speaks Chinese after set-up.
"""

import importlib.util
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTranslations(BuildHookInterface):  # type: ignore[type-arg]
    """Writes every `solodesk.mo` under resources/i18n."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, object]) -> None:  # noqa: ARG002
        """Called by hatchling before files are collected."""
        tool = Path(self.root, "packaging", "translations.py")
        spec = importlib.util.spec_from_file_location("solodesk_translations", tool)
        if spec is None or spec.loader is None:
            message = f"cannot load {tool}"
            raise RuntimeError(message)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # its dataclasses look themselves up there
        spec.loader.exec_module(module)
        module.compile_all(Path(self.root, "resources", "i18n"))
