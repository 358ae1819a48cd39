"""Fetches the packages of Node's relay into build/bench/node, exactly as locked. `make bench` calls it.

`python -m tests.bench.install`; with `--ready` it only says by its exit code whether there is a Node to do it with.
"""

import shutil
import subprocess
import sys

from tests.bench.subjects import HERE, INSTALLED
from web.build import NO_NODE, CannotBuild, Node

NAMES = ("package.json", "package-lock.json", ".npmrc")
CI = ("ci", "--prefer-offline", "--loglevel=error")


def install(node: Node) -> None:
    """Let npm make the folder anew. Raises: CannotBuild."""
    folder = INSTALLED / "node"
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        shutil.copy(HERE / "node" / name, folder)
    done = subprocess.run([*node.npm, *CI], cwd=folder, env=node.environment, check=False)
    if done.returncode:
        raise CannotBuild(f"'npm ci' failed (exit code {done.returncode}); its own words stand above.")


def main() -> None:
    node = Node.find()
    if "--ready" in sys.argv:
        raise SystemExit(node is None)
    if node is None:
        raise CannotBuild(NO_NODE)
    install(node)


if __name__ == "__main__":
    main()
