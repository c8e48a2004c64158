"""The contract is kept: what is missing is what later issues bring, and the list only shrinks."""

from pathlib import Path

from graphql import (
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
)

from schema.schema import core, sdl

ROOT = Path(__file__).parent.parent.parent
LATER_FIELDS = frozenset(
    (
        "Contact.lifetimeValue",
        "Contact.notes",
        "Contact.tasks",
        "Mutation.bulkUpdateContacts",
        "Mutation.bulkUpdateOpportunities",
        "Mutation.captureLead",
        "Mutation.createNote",
        "Mutation.createTask",
        "Mutation.deleteNote",
        "Mutation.deleteTask",
        "Mutation.recordPayment",
        "Mutation.updateNote",
        "Mutation.updateTask",
        "Mutation.voidPayment",
        "Opportunity.noteCount",
        "Opportunity.notes",
        "Opportunity.openTaskCount",
        "Opportunity.tasks",
        "Query.tasks",
    )
)
LATER_TYPES = frozenset(
    (
        "BulkPayload",
        "BulkResult",
        "BulkUpdateContactsInput",
        "BulkUpdateOpportunitiesInput",
        "CaptureLeadInput",
        "CaptureLeadPayload",
        "CreateNoteInput",
        "CreateTaskInput",
        "LeadChannel",
        "Note",
        "NoteConnection",
        "NoteEdge",
        "NotePayload",
        "Payment",
        "PaymentPayload",
        "RecordPaymentInput",
        "Task",
        "TaskConnection",
        "TaskEdge",
        "TaskFilter",
        "TaskOrder",
        "TaskOrderField",
        "TaskPayload",
        "UpdateNoteInput",
        "UpdateTaskInput",
        "VoidPaymentInput",
    )
)


def contract() -> GraphQLSchema:
    return build_schema((ROOT / "tests" / "contract.graphql").read_text())


def test_nothing_of_the_contract_is_missing_but_what_comes_later() -> None:
    changes = find_breaking_changes(contract(), build_schema(sdl()))
    told = {change.description for change in changes}
    fields = {f"Field {name} was removed." for name in LATER_FIELDS}
    types = {f"{name} was removed." for name in LATER_TYPES}
    assert told == fields | types


def test_enums_are_complete_from_the_start() -> None:
    wanted = contract().type_map
    for name, kind in core.type_map.items():
        if is_enum_type(kind) and name in wanted:
            ours, theirs = set(kind.values), set(wanted[name].values)  # type: ignore[attr-defined]
            assert ours == theirs, name


def test_the_schema_beside_the_code_is_the_code_s() -> None:
    assert (ROOT / "schema.graphql").read_text() == sdl()


def test_every_type_and_field_is_described() -> None:
    silent = []
    for name, kind in core.type_map.items():
        if name.startswith("__"):
            continue
        if is_object_type(kind) or is_interface_type(kind) or is_input_object_type(kind):
            silent += [name] if not kind.description else []
            silent += [f"{name}.{key}" for key, one in kind.fields.items() if not one.description]
    assert silent == []
