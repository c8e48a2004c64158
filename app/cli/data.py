"""Commands of the data: seed, import, check, demo."""

import asyncio
from typing import Annotated

import typer

from app import checking
from app import demo as demo_tour
from app.cli.environment import open_database, read_settings, secret_key, with_database
from app.cli.progress import progress
from app.failures import DRIFT_FOUND
from app.seeding import seed as seeding
from app.seeding.practice import UNRESTRICTED, staff_email
from app.tokens import Tokens
from models.database import Database


def seed(
    contacts: Annotated[int, typer.Option(min=1, max=5_000_000, help="How many contacts.")] = 200,
    users: Annotated[int, typer.Option(min=UNRESTRICTED + 1, max=500, help="How many users.")] = 12,
    seed: Annotated[int, typer.Option(help="The same number makes the same practice.")] = 1,
    practice: Annotated[str, typer.Option(help="The practice's name.")] = seeding.PRACTICE,
) -> None:
    """Make a demo practice with made-up people."""
    settings = read_settings()
    secret_key(settings, may_make=True)
    plan = seeding.Plan(contacts=contacts, users=users, seed=seed, practice=practice)
    with_database(settings.database_url, _seed, plan)
    text = f'"{practice}" has {contacts} contacts and {users} users; its admin: {staff_email(0)}'
    typer.echo(text, err=True)


async def _seed(database: Database, plan: seeding.Plan) -> None:
    with progress("Contacts", plan.contacts) as advance:
        await seeding.seed(database, plan, advance)


def check() -> None:
    """Recompute every derived table; print what differs, and exit with 1 if anything does."""
    drift = with_database(read_settings().database_url, checking.drift)
    for line in drift:
        typer.echo(line)
    if drift:
        raise typer.Exit(DRIFT_FOUND)
    typer.echo("No drift: every derived table is what its records say.", err=True)


def demo() -> None:
    """Make a demo practice if there is none; print how to look at its live boards."""
    settings = read_settings()
    tokens = Tokens(secret_key(settings, may_make=True))
    typer.echo(asyncio.run(_demo(settings.database_url, tokens)))


async def _demo(url: str, tokens: Tokens) -> str:
    async with open_database(url, unmigrated=True) as database:
        return await demo_tour.prepare(database, tokens, _seed)
