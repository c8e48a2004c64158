"""The Markdown of an agreement as a tree that a template can set.

Known are headings, paragraphs, strong and emphasised text, lists, quotes, rules and line breaks.
Of a link only its text remains, of an image its description; all else prints as it was typed.
"""

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from files.press.jobs import Unreadable

Node = dict[str, Any]

_SMALLEST_HEADING = 3
_TYPED = ("backticks", "code", "fence", "html_block", "html_inline")
# Where the parser stops it drops text, so that must be beyond where a text is refused.
_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).disable(_TYPED)
_DEEPEST = 10
_STYLES = ("strong", "em")


def parsed(text: str) -> list[Node]:
    """Return the blocks of a text, in their order; Unreadable if they are nested too deeply."""
    return _blocks(SyntaxTreeNode(_PARSER.parse(text)), 0)


def _blocks(parent: SyntaxTreeNode, depth: int) -> list[Node]:
    if depth > _DEEPEST:
        raise Unreadable("The text has lists or quotes that are nested too deeply.")
    return [_block(node, depth + 1) for node in parent.children]


def _block(node: SyntaxTreeNode, depth: int) -> Node:
    match node.type:
        case "heading":
            level = min(int(node.tag[1:]), _SMALLEST_HEADING)
            return {"kind": "heading", "level": level, "spans": _spans(node, ())}
        case "bullet_list" | "ordered_list":
            return {
                "kind": "list",
                "ordered": node.type == "ordered_list",
                "start": int(node.attrs.get("start", 1)),
                "items": [_blocks(item, depth) for item in node.children],
            }
        case "blockquote":
            return {"kind": "quote", "blocks": _blocks(node, depth)}
        case "hr":
            return {"kind": "rule"}
        case _:
            return {"kind": "paragraph", "spans": _spans(node, ())}


def _spans(parent: SyntaxTreeNode, styles: tuple[str, ...]) -> list[Node]:
    """Return what a line of text is made of: texts with their styles, and breaks."""
    spans = list[Node]()
    for node in parent.children:
        match node.type:
            case "hardbreak":
                spans.append({"break": True})
            case "softbreak":
                spans.append(_span(" ", styles))
            case "text" | "image":
                spans.append(_span(node.content, styles))
            case _:
                inner = (*styles, node.type) if node.type in _STYLES else styles
                spans += _spans(node, inner)
    return spans


def _span(text: str, styles: tuple[str, ...]) -> Node:
    return {"text": text, **dict.fromkeys(styles, True)}
