"""Every place of the schema that takes a text: found by walking it, so a new one is met too."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from schema.schema import core

TEXTS = ("String", "ID", "DateTime", "Decimal")
X = "$x"  # where the text goes
N = "%n%"  # a number of its own for each time a field is asked

# How to come to a type whose fields take arguments; names in capitals are of the world.
ENTRANCES = {
    "Query": ("query", X),
    "Mutation": ("mutation", X),
    "Subscription": ("subscription", X),
    "Practice": ("query", f"viewer {{ practice {{ {X} }} }}"),
    "Contact": ("query", f'contact(id: "CONTACT") {{ {X} }}'),
    "BoardColumn": ("query", f'board(pipelineId: "PIPELINE") {{ columns {{ {X} }} }}'),
}
# What stands in the required fields, and in those that make the rest worth looking at.
GIVEN = {
    "id": '"NOBODY"',
    "pipelineId": '"PIPELINE"',
    "UpdateContactInput.id": '"CONTACT"',
    "UpdateOpportunityInput.id": '"CARD"',
    "MoveOpportunityInput.id": '"CARD"',
    "SetOpportunityStatusInput.id": '"CARD"',
    "SetOpportunityStatusInput.status": "LOST",
    "RenameContactTypeInput.id": '"TYPE"',
    "contactId": '"CONTACT"',
    "recordId": '"CARD"',
    "stageId": '"STAGE"',
    "typeId": '"LEAD"',
    "userIds": '["USER"]',
    "CreateContactInput.lastName": '"Kept"',
    "CreateUserInput.name": f'"User {N}"',
    "CreateUserInput.email": f'"user{N}@walk.example"',
    "CreateContactTypeInput.name": f'"Type {N}"',
    "RenameContactTypeInput.name": f'"Renamed {N}"',
    "DeactivateUserInput.reassignToId": '"USER"',
    "UpdateDocumentInput.id": '"DOCUMENT"',
    "RestoreDocumentInput.id": '"DELETED"',
    "UpdateCustomFieldInput.id": '"FIELD"',
    "fieldId": '"FIELD"',
    "uploadId": '"UPLOAD"',
    "AddFieldFileInput.uploadId": '"FIELD_UPLOAD"',
    "RequestFieldUploadInput.recordId": '"CONTACT"',
    "AddFieldFileInput.recordId": '"CONTACT"',
    "mediaType": '"application/pdf"',
    "RequestUploadInput.name": '"Consent.pdf"',
    "RequestFieldUploadInput.name": '"Consent.pdf"',
    "CreateCustomFieldInput.name": f'"Field {N}"',
    "UpdateAgreementInput.id": '"AGREEMENT"',
    "UpdateAgreementTemplateInput.id": '"TEMPLATE"',
    "CreateAgreementInput.body": '"I, {{contact.name}}, agree."',
}
# Given though they are not required.
ALSO = (
    "CreateContactInput.lastName",
    "DeactivateUserInput.reassignToId",
    "CreateAgreementInput.body",
)


FILLERS = {"Boolean": "false", "Int": "1", "DateTime": '"2026-01-31T09:30:00Z"'}


class Slot(NamedTuple):
    """A place for a text: where it is, its type, and a field's text with X in that place."""

    name: str
    type_name: str
    operation: str
    field: str
    around: str

    def document(self, count: int, world: Mapping[str, str], first: int = 0) -> str:
        """Return a document that asks for the field `count` times, with $x0, $x1, ..."""
        names = [f"x{place}" for place in range(count)]
        fields = " ".join(
            f"a{place}: {self.field.replace(X, f'${name}').replace(N, str(first + place))}"
            for place, name in enumerate(names)
        )
        body = self.around.replace(X, fields)
        for name, value in world.items():
            body = body.replace(f'"{name}"', f'"{value}"')
        variables = ", ".join(f"${name}: {self.type_name}!" for name in names)
        return f"{self.operation} ({variables}) {{ {body} }}"


def slots() -> list[Slot]:
    """Return every place for a text, in the order of the schema."""
    return list(_slots())


def _slots() -> Iterator[Slot]:
    for name, kind in core.type_map.items():
        if not isinstance(kind, GraphQLObjectType) or name.startswith("__"):
            continue
        for field_name, field in kind.fields.items():
            for place, path in _places(field.args):
                operation, around = ENTRANCES[name]  # a type that is met for the first time: how?
                told = f"{name}.{field_name}({'.'.join(path)})"
                text = _call(field_name, field, path, X)
                yield Slot(told, place, operation, text, around)
        if kind is core.mutation_type:
            yield from _keys(kind)


def _keys(mutation: GraphQLObjectType) -> Iterator[Slot]:
    """Return the keys of @idempotent; a logout that succeeds would end the test's own token."""
    for name, field in mutation.fields.items():
        if name != "logout":
            text = _call(name, field, (), "", f" @idempotent(key: {X})")
            yield Slot(f"Mutation.{name} @idempotent(key)", "String", "mutation", text, X)


def _places(
    args: Mapping[str, GraphQLArgument | GraphQLInputField],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return the type and the path of each place for a text in arguments or input fields."""
    for name, arg in args.items():
        named = get_named_type(arg.type)
        if isinstance(named, GraphQLInputObjectType):
            for place, path in _places(named.fields):
                yield place, (name, *path)
        elif named.name in TEXTS:
            yield named.name, (name,)


def _call(name: str, field: GraphQLField, path: tuple[str, ...], text: str, after: str = "") -> str:
    args = _arguments(field.args, path, text)
    if "first" in field.args:
        args.append("first: 1")
    called = f"({', '.join(args)})" if args else ""
    return f"{name}{called}{after} {_selection(field)}"


def _arguments(
    args: Mapping[str, Any], path: tuple[str, ...], text: str, owner: str = ""
) -> list[str]:
    return [
        f"{name}: {_value(arg.type, path[1:], text)}"
        if path[:1] == (name,)
        else f"{name}: {_filler(owner, name, arg)}"
        for name, arg in args.items()
        if path[:1] == (name,) or _needed(owner, name, arg)
    ]


def _needed(owner: str, name: str, arg: Any) -> bool:
    if f"{owner}.{name}" in ALSO:
        return True
    if isinstance(arg, GraphQLArgument):
        return is_required_argument(arg)
    return is_required_input_field(arg)


def _value(kind: Any, path: tuple[str, ...], text: str) -> str:
    """Return a value of an input type with the text at a path in it."""
    if isinstance(kind, GraphQLNonNull):
        return _value(kind.of_type, path, text)
    if isinstance(kind, GraphQLList):
        return f"[{_value(kind.of_type, path, text)}]"
    if isinstance(kind, GraphQLInputObjectType):
        return f"{{{', '.join(_arguments(kind.fields, path, text, kind.name))}}}"
    return text


def _filler(owner: str, name: str, arg: Any) -> str:
    """Return a valid value of a field that is not the one in question."""
    named = get_named_type(arg.type)
    given = GIVEN.get(f"{owner}.{name}", GIVEN.get(name))
    if given is not None and named.name in TEXTS:
        return given
    if isinstance(named, GraphQLEnumType):
        return GIVEN.get(f"{owner}.{name}", str(next(iter(named.values))))
    if isinstance(named, GraphQLInputObjectType):
        return _value(arg.type, (), "")
    return FILLERS.get(named.name, '"1"')


def _selection(field: GraphQLField) -> str:
    """Return a small selection of what a field answers; a payload tells its errors."""
    named: Any = get_named_type(field.type)
    if is_leaf_type(named):
        return ""
    for name in ("totalCount", "hiddenByFilter", "id"):
        if name in getattr(named, "fields", {}):
            return f"{{ {name} }}"
    return "{ errors { code path } }" if "errors" in named.fields else "{ __typename }"
