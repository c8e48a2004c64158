"""Documents that try to be expensive, of at most 16 KiB with their variables, and their codes."""

from typing import Any, NamedTuple

from graphql import get_introspection_query

COST, BAD, FINE = "COST_LIMIT", "BAD_REQUEST", None


class Bomb(NamedTuple):
    """A hostile request, and the code it is refused with before execution; None: it is run."""

    name: str
    code: str | None
    query: str
    variables: dict[str, Any] | None = None


def each(count: int, text: str) -> str:
    """Repeat a text with @ as the number and + as the next one."""
    return "".join(text.replace("@", str(i)).replace("+", str(i + 1)) for i in range(count))


def within(levels: int, before: str, inner: str) -> str:
    """Put a text into so many braces."""
    return before * levels + inner + "}" * levels


def crossing(depth: int, width: int) -> str:
    """Return equal fields within equal fields: each is compared with each other."""
    return ("stages{pipeline{" + crossing(depth - 1, width) + "}} ") * width if depth else "id "


def nested(levels: int) -> Any:
    """Return a deep JSON value."""
    value: Any = 1
    for _ in range(levels):
        value = {"createdAt": value}
    return value


LINES = "\n" * 8000
ROLE = "{viewer{role}}"
LAST = "fragment F190 on Query{viewer{role}}"
LONGER = "fragment F220 on Query{viewer{role}}"
TANGLE = "fragment F@ on Query{" + "".join(f"...F{i} " for i in range(20)) + "}"
CHAIN = "{...F0}" + each(190, "fragment F@ on Query{...F+}")
TWICE = "fragment F@ on Pipeline{stages{pipeline{...F+ ...F+}}}"
BY_ALIAS = "fragment F@ on Stage{a:pipeline{stages{...F+}} b:pipeline{stages{...F+}}}"
CARDS = "nodes{followers{user{id}} contact{tags{id}}}"
TYPES = "{__schema{types{"
IDS = "query($v:[ID!]!){nodes(ids:$v){id}}"
FILTER = "query($v:ContactFilter){contacts(filter:$v){totalCount}}"
FIRST = "query($v:Int){contacts(first:$v){nodes{opportunities{nodes{id}}}}}"

BOMBS = [
    # Long texts.
    Bomb("one byte too many", COST, ROLE + " " * (16 * 1024 + 1 - len(ROLE))),
    Bomb("letters of four bytes", COST, "#" + "\U0001f600" * 4096 + ROLE),
    Bomb("tokens", COST, "{" + "viewer{role}" * 600 + "}"),
    Bomb("comments are tokens", COST, "#\n" * 8000 + ROLE),
    Bomb("one long comment", FINE, "#" + "x" * 16000 + "\n" + ROLE),
    Bomb("blanks", FINE, " \t," * 5000 + ROLE),
    Bomb("lines before a syntax error", BAD, LINES + LINES + ROLE[:-1]),
    Bomb("lines before unknown fields", BAD, LINES + "{" + each(900, "x@ ") + "}"),
    Bomb("a long name", BAD, "{" + "a" * 16000 + "}"),
    Bomb("a NUL", BAD, ROLE + "\0"),
    Bomb("a lone surrogate", BAD, "{viewer{\ud800}}"),
    # Nesting.
    Bomb("deep fields", COST, "{" + within(150, "a{", "b") + "}"),
    Bomb("fields deeper than the parser goes", COST, "{" + within(600, "a{", "b") + "}"),
    Bomb("deep and unclosed", BAD, "{a" * 180),
    Bomb("deep inline fragments", FINE, "{" + within(195, "...{", "viewer{role}") + "}"),
    Bomb("deeper inline fragments", COST, "{" + within(300, "...{", "a") + "}"),
    Bomb("deep lists", BAD, "{nodes(ids:" + "[" * 195 + "]" * 195 + "){id}}"),
    Bomb("deeper lists", COST, "{nodes(ids:" + "[" * 900 + "]" * 900 + "){id}}"),
    Bomb("deep objects", BAD, "{contacts(filter:" + within(190, "{a:", "1") + "){totalCount}}"),
    Bomb("deep types", BAD, "query($v:" + "[" * 195 + "Int" + "]" * 195 + "){node(id:$v){id}}"),
    # Fragments.
    Bomb("doubled at each level", COST, "{pipelines{...F0}}" + each(90, TWICE)),
    Bomb("doubled by aliases", COST, "{pipelines{stages{...F0}}}" + each(60, BY_ALIAS)),
    Bomb("a long chain", FINE, CHAIN + LAST),
    Bomb("a longer chain", COST, "{...F0}" + each(220, "fragment F@ on Query{...F+}") + LONGER),
    Bomb("a loop", BAD, CHAIN + "fragment F190 on Query{...F0}"),
    Bomb("fragments in each other", BAD, "{...F0}" + each(20, TANGLE)),
    Bomb(
        "one fragment a thousand times", FINE, "{" + "...F " * 990 + "}fragment F on Query" + ROLE
    ),
    Bomb(
        "fragments on inputs", BAD, "{...on BoardFilter{search}...on Role{x}...on Int{y}...on X{z}}"
    ),
    Bomb("unknown fragments", BAD, "{" + each(950, "...F@ ") + "}"),
    Bomb("unused fragments", BAD, LINES + ROLE + each(220, "fragment F@ on Query{__typename}")),
    Bomb("equal fragments", BAD, LINES + ROLE + "fragment F on Query{__typename}" * 220),
    # Fields to compare with each other.
    Bomb("one field 480 times", COST, "{" + "viewer{role} " * 480 + "}"),
    Bomb("one leaf 1980 times", COST, "{viewer{" + "role " * 1980 + "}}"),
    Bomb("equal trees", COST, "{" + "viewer{practice{users{id}}} " * 170 + "}"),
    Bomb("equal fields in equal fields", COST, "{pipelines{" + crossing(3, 5) + "}}"),
    Bomb("fields that differ", COST, "{" + each(170, 'a:node(id:"@"){id} ') + "}"),
    Bomb(
        "fragments to compare",
        COST,
        "{pipelines{"
        + each(100, "...F@ ")
        + "}}"
        + each(100, "fragment F@ on Pipeline{stages{id name}}"),
    ),
    Bomb(
        "inline fragments to compare",
        COST,
        "{pipelines{" + "...on Pipeline{stages{id}}" * 190 + "}}",
    ),
    # Many records.
    Bomb(
        "pages in pages",
        COST,
        "{contacts(first:100){nodes{opportunities(first:51){" + CARDS + "}}}}",
    ),
    Bomb("usual pages in usual pages", COST, "{contacts{nodes{opportunities{" + CARDS + "}}}}"),
    Bomb(
        "pages by a fragment",
        COST,
        "{contacts{...P}}fragment P on ContactConnection{nodes{"
        "opportunities(first:100){nodes{id}}}}",
    ),
    Bomb("pages by variables", COST, FIRST, {"v": 100}),
    Bomb("pages by a huge variable", COST, FIRST, {"v": 10**18}),
    Bomb("pages by a fraction", COST, FIRST, {"v": 1.5}),
    Bomb("pages by a default", COST, FIRST.replace("Int", "Int=100")),
    Bomb(
        "skipped pages",
        COST,
        "{contacts(first:100)@skip(if:true){nodes{opportunities{nodes{id}}}}}",
    ),
    Bomb(
        "a snapshot of full pages",
        COST,
        'subscription{boardEvents(pipelineId:"x"){...on BoardSnapshot'
        "{board{columns{cards(first:100){" + CARDS + "}}}}}}",
    ),
    Bomb(
        "many records by id",
        COST,
        "{nodes(ids:[" + '"x" ' * 100 + "]){...on Contact{opportunities{nodes{id}}}}}",
    ),
    Bomb(
        "many records by a variable",
        COST,
        IDS.replace("id}", "...on Contact{opportunities{nodes{id}}}}"),
        {"v": ["x"] * 3000},
    ),
    # Aliases.
    Bomb("one alias too many", COST, "{" + each(31, "a@:viewer{role} ") + "}"),
    Bomb(
        "aliases by fragments",
        COST,
        "{"
        + each(5, "a@:contacts{...F} ")
        + "}fragment F on ContactConnection{"
        + each(6, "b@:totalCount ")
        + "}",
    ),
    Bomb(
        "mutations by aliases",
        COST,
        "mutation{" + each(90, 'a@:deleteContact(input:{id:"x"}){cursor} ') + "}",
    ),
    # Introspection.
    Bomb("the usual introspection", FINE, get_introspection_query()),
    Bomb("types of types", BAD, TYPES + within(20, "fields{type{", "name") + "}" * 20 + "}}}"),
    Bomb("types by aliases", COST, TYPES + each(30, "a@:fields{type{fields{name}}} ") + "}}}"),
    Bomb("schemas by aliases", COST, "{" + each(30, "a@:__schema{types{fields{name}}} ") + "}"),
    # Values.
    Bomb("a list of ids", FINE, "{nodes(ids:[" + '"a" ' * 1900 + "]){id}}"),
    Bomb(
        "an unknown input field", BAD, "{contacts(filter:{" + each(600, "x@:1 ") + "}){totalCount}}"
    ),
    Bomb(
        "an input field again", BAD, "{contacts(filter:{" + 'search:"a" ' * 600 + "}){totalCount}}"
    ),
    Bomb("an argument again", BAD, LINES + "{node(" + "id:1 " * 640 + "){id}}"),
    Bomb("unknown arguments", BAD, "{node(" + each(640, "x@:1 ") + "){id}}"),
    Bomb("a long number", BAD, "{contacts(first:" + "9" * 16000 + "){totalCount}}"),
    Bomb("a large exponent", BAD, "{contacts(first:1e" + "9" * 15000 + "){totalCount}}"),
    Bomb("a long string of escapes", FINE, '{node(id:"' + "\\u0041" * 2600 + '"){id}}'),
    Bomb("a long block string", FINE, '{node(id:"""' + "\n a" * 5000 + '"""){id}}'),
    Bomb(
        "a wrong value of an enum",
        BAD,
        "{opportunities(filter:{statuses:[" + "NO " * 1900 + "]}){totalCount}}",
    ),
    # Variables.
    Bomb("many variables", BAD, "query(" + each(390, "$v@:Int ") + ")" + ROLE),
    Bomb("a variable again", BAD, LINES + "query(" + "$v:Int " * 390 + ")" + ROLE),
    Bomb("a deep variable", FINE, FILTER, {"v": nested(250)}),
    Bomb("a wide variable", FINE, FILTER, {"v": {f"x{i}": 1 for i in range(1200)}}),
    Bomb("a long variable", FINE, IDS, {"v": ["x"] * 3000}),
    # Directives and operations.
    Bomb("directives again", BAD, "{viewer{role " + "@skip(if:true)" * 280 + "}}"),
    Bomb("unknown directives", BAD, "{viewer{role " + "@x" * 980 + "}}"),
    Bomb(
        "many operations",
        BAD,
        each(120, "query Q@{...F0}")
        + each(110, "fragment F@ on Query{...F+}")
        + "fragment F110 on Query{viewer{role}}",
    ),
    Bomb("equal operations", BAD, LINES + "query Q{__typename}" * 380),
    Bomb("nameless operations", BAD, ROLE * 300),
    Bomb(
        "variables in many operations",
        BAD,
        each(60, "query Q@($v:Int){...F}")
        + "fragment F on Query{opportunities(filter:{statuses:["
        + "$v " * 500
        + "]}){totalCount}}",
    ),
    Bomb("definitions of types", BAD, LINES + "type A{a:Int}" * 280),
    Bomb(
        "subscriptions", COST, "subscription{" + 'boardEvents(pipelineId:"x"){cursor} ' * 170 + "}"
    ),
]
