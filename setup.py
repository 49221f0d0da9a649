"""What pyproject.toml cannot say: the scenarios and journeys of the project go into the package that is built."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = {"scenarios": "scenarios", "tests/journeys": "journeys"}  # where they stand, and where in cinsim/shipped they go


class BuildWithShipped(build_py):
    """Builds the package with what it ships. An installation in place has it beside the package already."""

    def run(self) -> None:
        """Copy the package, then what ships with it."""
        super().run()
        if not self.editable_mode:
            for source, target in self._shipped():
                self.mkpath(str(Path(target).parent))
                self.copy_file(source, target, preserve_mode=False)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return every file that is written."""
        return [*super().get_outputs(include_bytecode), *(target for _, target in self._shipped())]

    def _shipped(self) -> list[tuple[str, str]]:
        build = Path(self.build_lib) / "cinsim" / "shipped"
        return [
            (str(source), str(build / name / source.name))
            for folder, name in SHIPPED.items()
            for source in sorted(Path(folder).glob("*.yaml"))
        ]


setup(cmdclass={"build_py": BuildWithShipped})
