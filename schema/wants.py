"""The names of the fields that a document asks for around records."""

from collections.abc import Callable, Iterable, Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    SelectionNode,
    SelectionSetNode,
)

from resolvers.loading import Wants

_READ_ON_THEIR_OWN = frozenset(("opportunities", "documents", "documentFolders", "customFields"))


def names_below(
    fields: Iterable[FieldNode],
    fragments: Mapping[str, FragmentDefinitionNode],
    included: Callable[[SelectionNode], bool],
) -> Wants:
    """Return the names of the fields that stand below some; directives are told by `included`.

    Those below a card's contact begin with "contact."; those of a record's lists are left out, as
    these are read on their own.
    """
    names: set[str] = set()
    spread: set[tuple[str, str]] = set()
    below: list[tuple[SelectionSetNode | None, str]] = [(one.selection_set, "") for one in fields]
    while below:
        selections, prefix = below.pop()
        for node in selections.selections if selections else ():
            if node.directives and not included(node):
                continue
            if isinstance(node, FieldNode):
                name = node.name.value
                names.add(prefix + name)
                if name not in _READ_ON_THEIR_OWN:
                    below.append((node.selection_set, "contact." if name == "contact" else prefix))
            elif not isinstance(node, FragmentSpreadNode):
                below.append((node.selection_set, prefix))  # type: ignore[attr-defined]
            elif (node.name.value, prefix) not in spread:
                spread.add((node.name.value, prefix))
                below.append((fragments[node.name.value].selection_set, prefix))
    return frozenset(names)
