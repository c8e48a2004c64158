"""Each limit of documents, exactly at its border and one beyond it, as clients meet it."""

from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from resolvers.ids import global_id
from tests.hostile.documents import BAD, COST, ROLE, each
from tests.http.test_requests import GRAPHQL_JSON, JSON, codes, post
from tests.http.test_sockets import opened, query
from tests.server import Server, running_server

TAG, CONTACT = (global_id(kind, uuid7()) for kind in ("Tag", "Contact"))
SMALL: dict[str, Any] = {
    "max_document_bytes": 400,
    "max_tokens": 100,
    "max_depth": 4,
    "max_aliases": 2,
    "max_cost": 30,
    "max_page_size": 20,
    "max_ids": 3,
    "max_search_characters": 4,
}
MANY = "a:contacts(first:100){nodes{opportunities(first:48){nodes{id}}}}"
MANY_RECORDS = 1 + 100 * (1 + 48)


def sized(size: int) -> str:
    return ROLE + " " * (size - len(ROLE))


def tokens(count: int) -> str:
    return "#\n" * (count - 6) + ROLE


def deep(levels: int) -> str:
    steps = islice(cycle(("opportunities(first:1)", "nodes", "contact")), levels - 2)
    fields = (f'contact(id:"{CONTACT}")', *steps, "__typename")
    return "{" + "{".join(fields) + "}" * levels


def aliased(count: int) -> str:
    return "{" + each(count, "a@:viewer{role} ") + "}"


def costly(records: int) -> str:
    many = MANY if records > MANY_RECORDS else ""
    rest = records - (MANY_RECORDS if many else 0) - 2
    pages = (f"{name}:contacts(first:{size}){{nodes{{id}}}}" for name, size in halves(rest))
    return f"{{{many} {' '.join(pages)}}}"


def halves(count: int) -> list[tuple[str, int]]:
    return [("b", count // 2), ("c", count - count // 2)]


def page(size: int) -> str:
    return f"{{contacts(first:{size}){{totalCount}}}}"


def last_page(size: int) -> str:
    return f"{{opportunities(last:{size}){{totalCount}}}}"


def staff(size: int) -> str:
    return f"{{viewer{{practice{{users(first:{size}){{id}}}}}}}}"


def tags(size: int) -> str:
    return f"{{viewer{{practice{{tags(first:{size}){{id}}}}}}}}"


def nodes(count: int) -> str:
    return "{nodes(ids:[" + f'"{CONTACT}" ' * count + "]){id}}"


def listed(count: int) -> str:
    return "{contacts(filter:{tagIds:[" + f'"{TAG}" ' * count + "]}){totalCount}}"


def searched(length: int) -> str:
    return '{opportunities(filter:{search:"' + "a" * length + '"}){totalCount}}'


def searched_staff(length: int) -> str:
    return '{viewer{practice{users(search:"' + "a" * length + '"){id}}}}'


BORDERS: list[tuple[str, Callable[[int], str], str]] = [
    ("max_document_bytes", sized, COST),
    ("max_tokens", tokens, COST),
    ("max_depth", deep, COST),
    ("max_aliases", aliased, COST),
    ("max_cost", costly, COST),
    ("max_page_size", page, BAD),
    ("max_page_size", last_page, BAD),
    ("max_page_size", staff, BAD),
    ("max_page_size", tags, BAD),
    ("max_ids", nodes, BAD),
    ("max_ids", listed, BAD),
    ("max_search_characters", searched, BAD),
    ("max_search_characters", searched_staff, BAD),
]


@pytest.mark.parametrize("settings", [{}, SMALL], ids=["usual", "small"])
async def test_a_limit_is_met_exactly(database_url: str, settings: dict[str, Any]) -> None:
    async with running_server(database_url, **settings) as server:
        token = await server.practice("alpha")
        for setting, document, code in BORDERS:
            most: int = getattr(server.desk.settings, setting)
            within = await post(server, token, json={"query": document(most)})
            assert (within.status_code, "errors" in within.json()) == (200, False), within.text
            beyond = await post(server, token, json={"query": document(most + 1)})
            assert codes(beyond) == [code], document(most + 1)
            assert str(most) in beyond.json()["errors"][0]["message"]
            assert ("data" in beyond.json()) is (code == BAD)


async def test_the_usual_sizes_stay_within_smaller_limits(database_url: str) -> None:
    async with running_server(database_url, **SMALL) as server:
        token = await server.practice("alpha")
        for document in (
            "{contacts{nodes{id}}}",
            "{contacts(first:null){nodes{id}}}",
            "{viewer{practice{users{id}tags{id}}}}",
            "query($n:Int){viewer{practice{users(first:$n){id}tags(first:null){id}}}}",
        ):
            answer = await post(server, token, json={"query": document})
            assert "errors" not in answer.json(), answer.text


@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL_JSON, 400), (JSON, 200)])
async def test_what_a_request_beyond_a_limit_gets(server: Server, accept: str, status: int) -> None:
    token = await server.practice("alpha")
    answer = await post(server, token, accept=accept, json={"query": costly(5001)})
    assert (answer.status_code, answer.headers["content-type"].startswith(accept)) == (status, True)
    assert answer.json() == {
        "errors": [
            {
                "message": "The request may read 5001 records; at most 5000 are allowed."
                " Ask for smaller pages (`first`), or for less of each record.",
                "extensions": {"code": COST},
            }
        ]
    }


async def test_over_a_socket_only_the_operation_ends(server: Server) -> None:
    async with opened(server, await server.practice("alpha")) as socket:
        for number, document in enumerate((costly(5001), deep(13), aliased(31), tokens(2001))):
            told = await query(socket, str(number), document)
            assert (told["id"], told["type"]) == (str(number), "error")
            assert [one["extensions"]["code"] for one in told["payload"]] == [COST]
        assert (await query(socket, "x", ROLE))["payload"]["data"] == {"viewer": {"role": "ADMIN"}}


async def test_a_refused_mutation_changes_nothing(server: Server) -> None:
    token = await server.practice("alpha")
    add = 'createContactType(input:{name:"Gold@"}){contactType{id}}'
    answer = await post(server, token, json={"query": f"mutation{{{each(31, 'a@:' + add)}}}"})
    assert codes(answer) == [COST]
    types = await post(server, token, json={"query": "{viewer{practice{contactTypes{name}}}}"})
    assert len(types.json()["data"]["viewer"]["practice"]["contactTypes"]) == 2


async def test_the_schema_is_not_told_outside_development(database_url: str) -> None:
    async with running_server(database_url, introspection=False) as server:
        token = await server.practice("alpha")
        for document in ("{ __schema { types { name } } }", '{ __type(name: "User") { name } }'):
            refused = await post(server, token, json={"query": document})
            assert (refused.status_code, set(codes(refused))) == (400, {"BAD_REQUEST"})
        told = await post(server, token, json={"query": "{ viewer { __typename } }"})
        assert told.json()["data"] == {"viewer": {"__typename": "Viewer"}}
