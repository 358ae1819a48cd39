"""The house's habits, read from the source itself: what ruff and import-linter cannot ask for."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.settings import ROOT

SOURCES = sorted((ROOT / "tutor").rglob("*.py"))
CORE = [source for source in SOURCES if source.parent.name == "core"]
LONGEST = 60
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

SCHOOL = re.compile(
    r"(?<![a-z])(student|teacher|pupil|classroom|homework|lesson|school|grade|subject_name|conversation)s?(?![a-z])",
    re.IGNORECASE,
)
ROLES = {"student", "teacher"}
# Where core speaks of the school after all, each with its reason.
SCHOOL_WORDS = {
    "caller.py": ROLES,  # the roles that a Caller can have: the house's one idea of a person
    "doors.py": ROLES,  # whom an entry is open to: the same two roles
    "tokens.py": ROLES,  # reads the role back out of a token
}


def tree(source: Path) -> ast.Module:
    return ast.parse(source.read_text(encoding="utf-8"))


def nodes(*kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for source in SOURCES:
        for node in ast.walk(tree(source)):
            if isinstance(node, kinds):
                yield str(source.relative_to(ROOT)), node


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for where, node in nodes(*FUNCTIONS):
        assert isinstance(node, FUNCTIONS)
        yield f"{where} {node.name}", node


def test_the_import_contracts_are_kept() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def is_broad(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(is_broad(each) for each in kind.elts)
    return kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"})


def test_there_are_two_broad_excepts_and_they_are_the_doors() -> None:
    broad = [where for where, node in nodes(ast.ExceptHandler) if is_broad(getattr(node, "type", None))]
    assert broad == ["tutor/core/http.py", "tutor/core/sockets.py"]


def test_no_function_is_longer_than_a_page() -> None:
    long = [where for where, node in functions() if (node.end_lineno or 0) - node.lineno + 1 > LONGEST]
    assert long == []


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        where
        for where, node in functions()
        if any(isinstance(each, ast.Import | ast.ImportFrom) for each in ast.walk(node))
    ]
    assert inside == []


def hints(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    found = [each.annotation for each in every if each is not None and each.annotation is not None]
    return [*found, node.returns] if node.returns is not None else found


def test_no_signature_says_any() -> None:
    vague = [
        where
        for where, node in functions()
        for hint in hints(node)
        if any(isinstance(each, ast.Name) and each.id == "Any" for each in ast.walk(hint))
    ]
    assert vague == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(source.relative_to(ROOT)) for source in SOURCES if not ast.get_docstring(tree(source))]
    assert silent == []


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [source.name for source in SOURCES if marks.search(source.read_text(encoding="utf-8"))] == []


def test_every_silenced_check_is_named_and_has_a_reason() -> None:
    bare = re.compile(r"#\s*(noqa(?!: [A-Z]+\d+)|type: ignore(?!\[))")
    reason = re.compile(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\])\s*(?P<reason>[#(].+)?$")
    wrong: list[str] = []
    for source in SOURCES:
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1):
            found = reason.search(line)
            if bare.search(line) or (found is not None and not found["reason"]):
                wrong.append(f"{source.relative_to(ROOT)}:{number}")
    assert wrong == []


def documentation(module: ast.Module) -> set[ast.AST]:
    """The strings that are docstrings: they may say what a part is used for."""
    return {
        node.body[0].value
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | FUNCTIONS[0] | FUNCTIONS[1])
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


def names_in(node: ast.AST) -> Iterator[str]:
    for field in ("id", "attr", "arg", "name"):
        if isinstance(name := getattr(node, field, None), str):
            yield name
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


@pytest.mark.parametrize("source", CORE, ids=lambda source: source.name)
def test_core_knows_nothing_of_school(source: Path) -> None:
    module = tree(source)
    spoken = documentation(module)
    texts = [text for node in ast.walk(module) if node not in spoken for text in names_in(node)]
    words = {word.lower() for text in texts for word in SCHOOL.findall(text)}
    assert words == SCHOOL_WORDS.get(source.name, set())


def test_every_room_has_a_front_page_that_sets_it_up() -> None:
    for room in ("accounts", "classes", "chat", "board", "records", "broadcasts"):
        front = tree(ROOT / "tutor" / room / "__init__.py")
        assert "setup" in {node.name for node in front.body if isinstance(node, ast.FunctionDef)}
