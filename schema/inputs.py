"""GraphQL input types, made from the classes that resolvers declare; and their cleaning."""

import types
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import strawberry

from resolvers import agreement_forms, audit_log, document_lists, filters, forms, inputs
from resolvers.clean import Unclean, clean_text, plain_text
from resolvers.enums import ErrorCode
from resolvers.ids import BadId, Ref, parse
from resolvers.inputs import ABSENT, Absent, NotNegative, Search, Text, api_name
from resolvers.limits import Limits
from resolvers.problems import BadRequest, Problem, Refused
from schema.context import Context, Info
from schema.glossary import glossed
from schema.kind import described

T = TypeVar("T")
# Their forms within forms are called inputs; those within filters are not.
_NESTED = (forms.__name__, agreement_forms.__name__)
_NOTHING = (type(None), Absent)
_made: dict[type[Any], type[Any]] = {}
_known_hints: dict[type[Any], dict[str, Any]] = {}


def input_type(form: type[Any], name: str | None = None) -> type[Any]:
    """Return the GraphQL input type of a form class; the same for the same class."""
    if form not in _made:
        hints = _hints(form)
        members: dict[str, Any] = {"__annotations__": {}, "__doc__": form.__doc__}
        for one in fields(form):
            plain, nullable = _split(hints[one.name])
            shown = _graphql(plain)
            members["__annotations__"][one.name] = shown | None if nullable else shown
            members[one.name] = _field(one, nullable=nullable)
        cls = type(name or form.__name__, (), members)
        _made[form] = glossed(strawberry.input(cls, description=described(form)))
    return _made[form]


def _hints(form: type[Any]) -> dict[str, Any]:
    if form not in _known_hints:
        _known_hints[form] = get_type_hints(form, include_extras=True)
    return _known_hints[form]


def _field(one: Field[Any], *, nullable: bool) -> Any:
    name = one.name.removesuffix("_") if one.name.endswith("_") else None
    if nullable:
        return strawberry.field(name=name, default=strawberry.UNSET)
    if one.default is not MISSING:
        return strawberry.field(name=name, default=one.default)
    if one.default_factory is not MISSING:
        return strawberry.field(name=name, default_factory=one.default_factory)
    return strawberry.field(name=name)


def _split(hint: Any) -> tuple[Any, bool]:
    """Return a hint without None and Absent, and whether it may be null."""
    if get_origin(hint) not in (Union, types.UnionType):
        return hint, False
    parts = [part for part in get_args(hint) if part not in _NOTHING]
    return parts[0], True


def _graphql(hint: Any) -> Any:
    if hint is Ref:
        return strawberry.ID
    if get_origin(hint) is Annotated:
        return get_args(hint)[0]
    if get_origin(hint) is list:
        return list[_graphql(get_args(hint)[0])]  # type: ignore[misc]
    return (
        input_type(hint, _nested_name(hint))
        if isinstance(hint, type) and is_dataclass(hint)
        else hint
    )


def _nested_name(form: Any) -> str:
    return f"{form.__name__}Input" if form.__module__ in _NESTED else form.__name__


def asked(form: type[T], value: Any, info: Info) -> T | None:
    """Return what a query's argument asks for; BadRequest where it cannot be understood."""
    if value is None or value is strawberry.UNSET:
        return None
    problems: list[Problem] = []
    cleaned = _form(form, value, (), _Cleaning(info.context, problems))
    for problem in problems:
        raise BadRequest(f"{'.'.join(problem.path[1:])}: {problem.message}")
    return cleaned


def cleaned(form: type[T], value: Any, info: Info) -> T:
    """Return a mutation's input as it is stored; Refused with all its INVALID_INPUT problems."""
    problems: list[Problem] = []
    result = _form(form, value, (), _Cleaning(info.context, problems))
    if problems:
        raise Refused(*problems)
    return result


class _Cleaning:
    """The country of phone numbers, the limits, and the problems so far in the input's order."""

    def __init__(self, context: Context, problems: list[Problem]) -> None:
        self.country = context.viewer.practice.country
        self.limits: Limits = context.limits
        self.problems = problems

    def problem(self, message: str, path: tuple[str, ...]) -> None:
        """Note a problem of the input at `path`."""
        self.problems.append(Problem(ErrorCode.INVALID_INPUT, message, *path))


def _form(form: type[T], value: Any, path: tuple[str, ...], cleaning: _Cleaning) -> T:
    hints = _hints(form)
    values = {}
    for one, given, name in _given(form, value):
        plain, nullable = _split(hints[one.name])
        if given is not None:
            given = _value(plain, given, (*path, name), cleaning)  # noqa: PLW2901
            if given is None and not nullable:
                cleaning.problem("This must not be blank.", (*path, name))
        elif not nullable:
            continue
        values[one.name] = given
    return form(**values) if not cleaning.problems else _unusable(form)


def _unusable(form: type[T]) -> T:
    return form.__new__(form)


def _given(form: type[Any], value: Any) -> Iterator[tuple[Field[Any], Any, str]]:
    for one in fields(form):
        given = getattr(value, one.name)
        if given is not strawberry.UNSET:
            yield one, given, api_name(one.name.removesuffix("_"))


def _value(hint: Any, given: Any, path: tuple[str, ...], cleaning: _Cleaning) -> Any:
    if get_origin(hint) is list:
        return _list(hint, given, path, cleaning)
    if is_dataclass(hint):
        return _form(hint, given, path, cleaning)  # type: ignore[arg-type]
    try:
        return _scalar(hint, given, cleaning)
    except BadId:
        cleaning.problem("This is not an id.", path)
    except Unclean as problem:
        cleaning.problem(str(problem), path)
    return ABSENT


def _scalar(hint: Any, given: Any, cleaning: _Cleaning) -> Any:
    if hint is Ref:
        return parse(given)
    if hint is str:
        return plain_text(given)
    rule = get_args(hint)[1] if get_origin(hint) is Annotated else None
    if isinstance(rule, Search):
        rule = Text(cleaning.limits.search_characters)
    if isinstance(rule, Text):
        return clean_text(given, rule, cleaning.country)
    if isinstance(rule, NotNegative) and isinstance(given, Decimal) and given < 0:
        raise Unclean("An amount is never negative.")
    return given


def _list(hint: Any, given: list[Any], path: tuple[str, ...], cleaning: _Cleaning) -> list[Any]:
    (item,) = get_args(hint)
    if len(given) > cleaning.limits.ids:
        cleaning.problem(f"At most {cleaning.limits.ids} are allowed in one call.", path)
        return []
    values = [_value(item, one, (*path, str(place)), cleaning) for place, one in enumerate(given)]
    for place, one in enumerate(values):
        if one is None:
            cleaning.problem("This must not be blank.", (*path, str(place)))
    return values


if TYPE_CHECKING:
    from resolvers.audit_log import AuditFilter as AuditFilterInput
    from resolvers.document_lists import DocumentFilter as DocumentFilterInput
    from resolvers.filters import BoardFilter as BoardFilterInput
    from resolvers.filters import ContactFilter as ContactFilterInput
    from resolvers.filters import OpportunityFilter as OpportunityFilterInput
    from resolvers.inputs import ContactOrder as ContactOrderInput
    from resolvers.inputs import OpportunityOrder as OpportunityOrderInput
else:
    AuditFilterInput = input_type(audit_log.AuditFilter)
    ContactFilterInput = input_type(filters.ContactFilter)
    DocumentFilterInput = input_type(document_lists.DocumentFilter)
    OpportunityFilterInput = input_type(filters.OpportunityFilter)
    BoardFilterInput = input_type(filters.BoardFilter)
    ContactOrderInput = input_type(inputs.ContactOrder)
    OpportunityOrderInput = input_type(inputs.OpportunityOrder)

__all__ = [
    "AuditFilterInput",
    "BoardFilterInput",
    "ContactFilterInput",
    "ContactOrderInput",
    "DocumentFilterInput",
    "OpportunityFilterInput",
    "OpportunityOrderInput",
    "asked",
    "cleaned",
    "form_input",
]


def form_input(form: type[Any]) -> type[Any]:
    """Return the input type of a mutation's form: `MoveOpportunity` is MoveOpportunityInput."""
    return input_type(form, f"{form.__name__}Input")
