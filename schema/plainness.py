"""Whether a part of a document depends on nothing but its rows."""

from collections.abc import Iterable, Mapping

from graphql import FragmentDefinitionNode, FragmentSpreadNode, SelectionNode


def has_no_directives(
    nodes: Iterable[SelectionNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> bool:
    """Return whether no directive stands anywhere in or below the nodes."""
    open_nodes: list[SelectionNode] = list(nodes)
    seen: set[str] = set()
    while open_nodes:
        node = open_nodes.pop()
        if node.directives:
            return False
        selections = getattr(node, "selection_set", None)
        if isinstance(node, FragmentSpreadNode):
            if node.name.value in seen:
                continue
            seen.add(node.name.value)
            selections = fragments[node.name.value].selection_set
        open_nodes.extend(selections.selections if selections else ())
    return True
