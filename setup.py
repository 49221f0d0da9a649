"""What pyproject.toml cannot say: what of the project goes into the package that is built, and the native engine with it."""

import subprocess
import sys
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

SHIPPED = {"scenarios": "scenarios", "tests/journeys": "journeys"}  # where they stand, and where in cinsim/shipped they go
ENGINE = "cinsim/native/built"


class BuildWithShipped(build_py):
    """Builds the package with what it ships and the native engine, where a C++ compiler makes one.

    An installation in place has what ships beside the package already.
    """

    def run(self) -> None:
        """Copy the package, then what ships with it, then make the engine."""
        super().run()
        if not self.editable_mode:
            for source, target in self._shipped():
                self.mkpath(str(Path(target).parent))
                self.copy_file(source, target, preserve_mode=False)
        self._make_engine(Path() if self.editable_mode else Path(self.build_lib))

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return every file that is written."""
        engine = () if self.editable_mode else (str(path) for path in (Path(self.build_lib) / ENGINE).glob("engine.*"))
        return [*super().get_outputs(include_bytecode), *(target for _, target in self._shipped()), *engine]

    def _make_engine(self, root: Path) -> None:
        """Build the engine of the package below a folder with a Python of its own; go on without one if that fails."""
        command = [sys.executable, "-m", "cinsim.native.build"]
        done = subprocess.run(command, cwd=root or None, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"The native engine was not built:\n{done.stderr[-2000:]}", file=sys.stderr)
        elif done.stderr or done.stdout:
            print((done.stderr or done.stdout).strip(), file=sys.stderr)

    def _shipped(self) -> list[tuple[str, str]]:
        build = Path(self.build_lib) / "cinsim" / "shipped"
        return [
            (str(source), str(build / name / source.name))
            for folder, name in SHIPPED.items()
            for source in sorted(Path(folder).glob("*.yaml"))
        ]


class PlatformDistribution(Distribution):
    """A package that holds a library of one platform, where it could be built."""

    def has_ext_modules(self) -> bool:
        """Return whether the package is of one platform: until it is built nobody knows that it is not."""
        return True


class PlatformWheel(bdist_wheel):
    """A wheel of one platform and of any Python: the engine is loaded without Python's binary interface."""

    def get_tag(self) -> tuple[str, str, str]:
        """Return the wheel's tag."""
        return "py3", "none", super().get_tag()[2]


setup(
    cmdclass={"build_py": BuildWithShipped, "bdist_wheel": PlatformWheel},
    distclass=PlatformDistribution,
)
