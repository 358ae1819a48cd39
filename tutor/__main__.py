"""The command line: `tutor serve`, `worker`, `demo`, `school`, `schools`, `teacher`, `admin`, `operator`, `backup`,
`restore` and `catalogue`.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
import uvloop
from aiohttp import web
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from tutor import __version__
from tutor.accounts.context import ACCOUNTS, SCHOOLS
from tutor.accounts.messages import CreateSchool, Register
from tutor.app import catalogue_of_the_house, database_of, make_app
from tutor.core.archive import Counts
from tutor.core.archive import backup as write_archive
from tutor.core.archive import restore as read_archive
from tutor.core.caller import Role
from tutor.core.catalogue import TYPESCRIPT
from tutor.core.errors import TutorError
from tutor.core.logs import set_up_logs
from tutor.core.messages import Command
from tutor.core.mongo import Database, MongodbUnusable, StoreFault
from tutor.core.tokens import new_secret
from tutor.core.words import Words, WordsBroken
from tutor.demo import Demo, make_demo
from tutor.serve import Served, any_stores, grade, running_app, serve
from tutor.settings import ROOT, Settings, load

Given = TypeVar("Given", bound=Command)

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Wuhao Tutor, a live tutor for schools.",
)


def main() -> None:
    """Run a command; a named error ends it with one clear sentence."""
    try:
        cli()
    except TutorError as error:
        _give_up(error)
    except StoreFault as error:
        _give_up(MongodbUnusable(problem=str(error).partition(" (configured")[0]))


def _give_up(error: TutorError) -> NoReturn:
    try:
        sentence = Words(ROOT / "web/locales").sentence(error.code, error.facts, "en")
    except WordsBroken as broken:
        sentence = str(broken)
    sys.exit(f"tutor: {sentence}")


def _begin() -> Settings:
    settings = load()
    set_up_logs(settings.log.level, as_json=settings.log.format == "json")
    return settings


def _run(work: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


@asynccontextmanager
async def _whole(settings: Settings) -> AsyncIterator[web.Application]:
    """The application on a port that nobody knows, for commands that need its services."""
    async with any_stores(settings) as complete, running_app(make_app(complete), "127.0.0.1", 0) as served:
        yield served.app


@cli.command("serve")
def serve_command(
    *, demo: Annotated[bool, typer.Option("--demo", help="Create demo accounts if there are none.")] = False
) -> None:
    """Run the server until Ctrl-C."""
    settings = _begin()
    console = Console()
    if not (settings.mongodb.url and settings.redis.url):
        console.print(f"Starting the embedded stores in {settings.data_folder} …", style="dim")

    async def ready(served: Served) -> None:
        if demo and settings.env != "production":
            _show(console, await make_demo(served.app, renew=False))
        console.print(f"\n[bold green]Wuhao Tutor {__version__} is ready:[/] {settings.public_url or served.address}")
        console.print("Ctrl-C stops it.", style="dim")

    _run(serve(settings, ready))


@cli.command("worker")
def worker_command(
    *, graders: Annotated[int | None, typer.Option(min=1, max=64, help="How many submissions at once.")] = None
) -> None:
    """Grade homework beside a server, here or on another machine, until Ctrl-C; it has no port."""
    settings = _begin()
    wanted = graders or settings.homework.graders or 1  # a server's 0 leaves the work to workers
    section = settings.homework.model_copy(update={"graders": wanted})

    def ready() -> None:
        Console().print("[bold green]The worker is ready.[/] Ctrl-C stops it.")

    _run(grade(settings.model_copy(update={"homework": section}), ready))


@cli.command("demo")
def demo_command(
    *, as_json: Annotated[bool, typer.Option("--json", help="Write the accounts as JSON.")] = False
) -> None:
    """Create the demo accounts, or give them new passwords, and write them to standard output."""
    settings = _begin()
    if settings.env == "production":
        sys.exit("tutor: demo accounts are not for production")

    async def work() -> None:
        async with _whole(settings) as app:
            demo = await make_demo(app, renew=True)
        if as_json:
            sys.stdout.write(json.dumps(asdict(demo), ensure_ascii=False) + "\n")
        else:
            _show(Console(), demo)

    _run(work())


def _show(console: Console, demo: Demo) -> None:
    if all(person.password is None for person in demo.people):
        console.print("The demo accounts are there already; [bold]tutor demo[/] gives them new passwords.")
        return
    table = Table(title=f"Demo: {demo.class_name}, join code {demo.class_code}; passwords are shown this once")
    for column in ("role", "username", "password", "name"):
        table.add_column(column)
    for person in demo.people:
        table.add_row(person.role, person.username, person.password or "(unchanged)", person.display_name)
    console.print(table)


def _checked(model: type[Given], given: dict[str, str]) -> Given:
    """What somebody typed as the command it stands for; what is wrong ends the program with one sentence."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        sys.exit(f"tutor: {first['loc'][0]}: {first['msg']}")


def _appoint(role: Role, username: str, email: str, display_name: str, school: str | None) -> None:
    """Create an account and print its password once."""
    settings = _begin()
    password = new_secret()[:16]
    given = {"username": username, "email": email, "display_name": display_name, "password": password}
    command = _checked(Register, given)

    async def work() -> None:
        async with _whole(settings) as app:
            school_id = (await app[SCHOOLS].get(school)).id if school is not None else None
            user = await app[ACCOUNTS].appoint(command, role, school_id)
        Console().print(f"{user.username}: {password}")

    _run(work())


@cli.command("school")
def school_command(name: str) -> None:
    """Found a school and print its id, which `admin` and `teacher` ask for."""
    settings = _begin()
    command = _checked(CreateSchool, {"name": name})

    async def work() -> None:
        async with _whole(settings) as app:
            school = await app[SCHOOLS].create(command.name)
        Console().print(school.id)

    _run(work())


@cli.command("schools")
def schools_command() -> None:
    """List the schools with their ids."""
    settings = _begin()

    async def work() -> None:
        async with _whole(settings) as app:
            schools = await app[SCHOOLS].all()
        for school in schools:
            Console().print(f"{school.id} {school.name}", markup=False)

    _run(work())


@cli.command("teacher")
def teacher_command(
    username: str,
    email: str,
    display_name: str,
    school: Annotated[str | None, typer.Option(help="The id of the school that the teacher belongs to.")] = None,
) -> None:
    """Create a teacher's account and print its password once."""
    _appoint("teacher", username, email, display_name, school)


@cli.command("admin")
def admin_command(school: str, username: str, email: str, display_name: str) -> None:
    """Create an account that manages the school with this id, and print its password once."""
    _appoint("admin", username, email, display_name, school)


@cli.command("operator")
def operator_command(username: str, email: str, display_name: str) -> None:
    """Create an account that founds schools and invites their admins, and print its password once."""
    _appoint("operator", username, email, display_name, None)


async def _on_database(
    settings: Settings, work: Callable[[Database, Path], Awaitable[Counts]], file: Path, done: str
) -> None:
    async with any_stores(settings) as complete, database_of(complete) as database:
        counts = await work(database, file)
    Console().print(f"{sum(counts.values())} {done}")


@cli.command("backup")
def backup_command(file: Path) -> None:
    """Write the whole database to one file."""
    _run(_on_database(_begin(), write_archive, file, "documents written"))


@cli.command("restore")
def restore_command(file: Path) -> None:
    """Read a backup into an empty database."""
    _run(_on_database(_begin(), read_archive, file, "documents restored"))


@cli.command("catalogue")
def catalogue_command() -> None:
    """Write the TypeScript types of the protocol to the web client."""
    file = ROOT / TYPESCRIPT
    file.write_text(catalogue_of_the_house().typescript())
    Console().print(f"written: {TYPESCRIPT}")


if __name__ == "__main__":
    main()
