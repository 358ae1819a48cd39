"""The fault suite: each test is marked `fault("T-01", full=50, part=3)`; a table closes the session.

`part` is how often it is run in a slice of the suite; 0 leaves it out there.
"""

from collections.abc import Generator, Iterator

import pytest

from tests.faults import runs as board
from tests.faults.runs import Runs


@pytest.fixture
def runs(request: pytest.FixtureRequest) -> Iterator[Runs]:
    """How often to run the fault of this test, and its chance."""
    mark = request.node.get_closest_marker("fault")
    name = request.node.name.removeprefix("test_").replace("_", " ")
    begun = board.begin(mark.args[0], name, board.count_of(mark))
    request.node.stash[RUNS] = begun
    yield begun
    assert begun.done >= begun.required or not begun.passed, f"{begun.done} of {begun.required} runs"


RUNS = pytest.StashKey[Runs]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has no part in a slice."""
    left_out = [item for item in items if (mark := item.get_closest_marker("fault")) and board.count_of(mark) == 0]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    begun = item.stash.get(RUNS, None)
    if begun is not None and report.when == "call":
        begun.passed, begun.took_s = report.passed, report.duration
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if board.ALL:
        terminalreporter.section(f"faults, seed {board.SEED}, {'full' if board.FULL else 'a slice'}")
        terminalreporter.write_line(board.HEAD)
        for begun in sorted(board.ALL, key=lambda each: each.fault):
            terminalreporter.write_line(begun.row())
