"""Commands of a practice: init, token."""

from typing import Annotated
from zoneinfo import available_timezones

import phonenumbers
import typer

from app import staff
from app.cli.environment import read_settings, secret_key, with_database
from app.failures import Failure
from app.tokens import Tokens
from models.database import Database
from models.seams import Seams
from resolvers.clean import Unclean, clean_text
from resolvers.inputs import Email, Text
from resolvers.setup import MadePractice, NameTaken, NewPractice, make_practice

_NAME, _EMAIL = Text(200), Email(254)
_YEAR_HOURS = 8784.0


def init(  # noqa: PLR0913 - one parameter an option
    *,
    practice: Annotated[str, typer.Option(help="The practice's name.")],
    admin_email: Annotated[str, typer.Option(help="The first admin's e-mail address.")],
    admin_name: Annotated[str | None, typer.Option(help="The first admin's name.")] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "USD",
    time_zone: Annotated[str, typer.Option(help="IANA time zone.")] = "UTC",
    country: Annotated[str, typer.Option(help="ISO 3166 code, for phone numbers.")] = "US",
    different_owners: Annotated[bool, typer.Option("--different-owners")] = False,
) -> None:
    """Make a practice with one admin; print a bearer token of 12 hours for him."""
    email = _clean("--admin-email", admin_email, _EMAIL)
    new = NewPractice(
        name=_clean("--practice", practice, _NAME),
        admin_email=email,
        admin_name=_clean("--admin-name", admin_name or email.partition("@")[0], _NAME),
        currency=_currency(currency),
        time_zone=_one_of("--time-zone", time_zone, available_timezones()),
        country=_one_of("--country", country.upper(), phonenumbers.SUPPORTED_REGIONS),
        different_owners=different_owners,
    )
    settings = read_settings()
    tokens = Tokens(secret_key(settings, may_make=True))
    made = with_database(settings.database_url, _make, new)
    typer.echo(f'The practice "{new.name}" is ready. A token of {email}, for 12 hours:', err=True)
    typer.echo(tokens.make(made.admin_id))


async def _make(database: Database, new: NewPractice) -> MadePractice:
    try:
        return await database.write(make_practice, Seams(), new)
    except NameTaken:
        raise Failure(f'There is a practice "{new.name}" already.') from None


def _clean(option: str, raw: str, rule: Text) -> str:
    try:
        text = clean_text(raw, rule, "US")
    except Unclean as error:
        raise Failure(f"{option}: {error}") from None
    if text is None:
        raise Failure(f"{option} must not be blank.")
    return text


def _currency(code: str) -> str:
    if not (code.isascii() and code.isalpha() and len(code) == 3):
        raise Failure("--currency is a code of three letters, like USD.")
    return code.upper()


def _one_of(option: str, value: str, known: set[str]) -> str:
    if value not in known:
        raise Failure(f"{option} {value!r} is not known.")
    return value


def token(
    email: Annotated[str, typer.Argument(help="The user's e-mail address.")],
    hours: Annotated[
        float, typer.Option(min=0.01, max=_YEAR_HOURS, help="How long it lasts.")
    ] = 12,
    practice: Annotated[str | None, typer.Option(help="Where there are several.")] = None,
) -> None:
    """Print a bearer token of a user."""
    settings = read_settings()
    tokens = Tokens(secret_key(settings, may_make=True))
    user = with_database(settings.database_url, staff.find, email, practice)
    typer.echo(tokens.make(user.id, hours))
