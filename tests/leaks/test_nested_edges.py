"""The leak list's edges: what hangs on a visible thing is judged by itself."""

import asyncio

from tests.scenarios.reads import contact, opportunity, shown
from tests.scenarios.spa import Spa

FAMILY = """{
  contacts { totalCount nodes { id opportunities { totalCount nodes { id } edges { cursor }
    pageInfo { hasNextPage } } } }
  opportunities { totalCount nodes { id contact { id email opportunities { totalCount } }
    contactCard { contactId name } } }
}"""
COLLEAGUES = """query Staff($search: String) { viewer { user { email permissions }
  practice { users(search: $search, activeOnly: false) {
    id name active email role onlyAssignedData permissions } } } }"""


async def test_r13_neither_record_opens_the_other(decoupled: Spa) -> None:
    ben, cleo = decoupled.ben, decoupled.cleo
    g = await decoupled.contact("Grace Park", ben, email="grace@park.example")
    g1 = await decoupled.card(g, cleo)

    bens, cleos = await ben.ask(FAMILY), await cleo.ask(FAMILY)

    page = {"totalCount": 0, "nodes": [], "edges": [], "pageInfo": {"hasNextPage": False}}
    assert bens["contacts"] == {"totalCount": 1, "nodes": [{"id": g, "opportunities": page}]}
    assert bens["opportunities"] == {"totalCount": 0, "nodes": []}
    assert cleos["contacts"] == {"totalCount": 0, "nodes": []}
    stub = {"id": g1, "contact": None, "contactCard": {"contactId": g, "name": "Grace Park"}}
    assert cleos["opportunities"] == {"totalCount": 1, "nodes": [stub]}
    assert await opportunity(ben, g1) is None
    assert await contact(cleo, g) is None


async def test_a_contact_without_a_name_lends_its_card_no_email_or_phone(decoupled: Spa) -> None:
    g = await decoupled.contact(
        "", decoupled.ben, firstName=None, email="grace@park.example", phone="+12025550143"
    )
    g1 = await decoupled.card(g, decoupled.cleo)
    card = await shown(decoupled.cleo, g1)
    assert [card["name"], card["contactCard"]["name"]] == ["No name", "No name"]
    assert (await shown(decoupled.ben, g))["name"] == "No name"


async def test_r19_the_directory_shows_no_more_than_names_without_team_read(
    decoupled: Spa,
) -> None:
    nora = await decoupled.hire("Nora", without=["TEAM_READ"])
    everybody = (await nora.ask(COLLEAGUES))["viewer"]
    assert everybody["user"]["email"] == nora.email
    users = {user["id"]: user for user in everybody["practice"]["users"]}
    assert len(users) == 5
    cleo = users[decoupled.cleo.id]
    assert [cleo["name"], cleo["active"]] == ["Cleo", True]
    private = ("email", "role", "onlyAssignedData", "permissions")
    for user in users.values():
        hidden = [user[field] for field in private]
        if user["id"] != nora.id:
            assert hidden == [None] * 4, user
    assert users[nora.id]["email"] == nora.email
    full = (await decoupled.cleo.ask(COLLEAGUES))["viewer"]["practice"]["users"]
    assert nora.email in {user["email"] for user in full}


async def test_r19_nobody_is_found_by_an_email_that_one_may_not_read(decoupled: Spa) -> None:
    nora = await decoupled.hire("Nora", without=["TEAM_READ"])
    await decoupled.ada.do(
        "createUser", name="Zara", email="qqq@spa.example", permissions=["CONTACTS_READ"]
    )
    for text in ("qqq", "qqq@spa.example", "spa.example"):
        found = (await nora.ask(COLLEAGUES, search=text))["viewer"]["practice"]["users"]
        assert [user["name"] for user in found if user["id"] != nora.id] == [], text
    found = (await nora.ask(COLLEAGUES, search="zar"))["viewer"]["practice"]["users"]
    assert [user["name"] for user in found] == ["Zara"]


async def test_node_judges_a_follower_by_its_record(decoupled: Spa) -> None:
    g, g1 = await decoupled.pair("Grace Park", decoupled.cleo)
    await decoupled.follow(g, decoupled.dan)
    row = (await shown(decoupled.cleo, g))["followers"][0]["id"]
    query = "query Q($id: ID!) { node(id: $id) { id ... on Follower { user { id } } } }"
    assert (await decoupled.cleo.ask(query, id=row))["node"]["user"]["id"] == decoupled.dan.id
    assert (await decoupled.ben.ask(query, id=row))["node"] is None
    await decoupled.follow(g1, decoupled.ben)
    assert (await decoupled.ben.ask(query, id=row))["node"] is None
    await decoupled.follow(g, decoupled.ben)
    assert (await decoupled.ben.ask(query, id=row))["node"]["user"]["id"] == decoupled.dan.id


async def test_node_answers_board_parts_with_the_rights_of_now(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", ben)
    query = """query Q($p: ID!) { board(pipelineId: $p) { id columns { id totals { id } } } }"""
    column = (await ben.ask(query, p=decoupled.pipeline))["board"]["columns"][0]["id"]
    node = """query Q($id: ID!) { node(id: $id) { id ... on BoardColumn {
      totals { count } cards { totalCount nodes { id } } } } }"""
    cards = (await ben.ask(node, id=column))["node"]["cards"]
    assert cards == {"totalCount": 1, "nodes": [{"id": g1}]}
    await decoupled.own(g1, decoupled.cleo)
    found = (await ben.ask(node, id=column))["node"]
    assert [found["totals"], found["cards"]] == [{"count": 0}, {"totalCount": 0, "nodes": []}]
    await decoupled.access(ben, permissions=["CONTACTS_READ"])
    assert (await ben.ask(node, id=column))["node"] is None


async def test_one_request_with_visible_and_hidden_ids_answers_each_by_itself(
    decoupled: Spa,
) -> None:
    own = await decoupled.pair("Grace Park", decoupled.ben)
    hidden = await decoupled.pair("Henry Oak", decoupled.cleo)
    ids = [own[0], hidden[0], own[1], hidden[1], own[0]]
    query = "query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    nodes = (await decoupled.ben.ask(query, ids=ids))["nodes"]
    assert nodes == [{"id": own[0]}, None, {"id": own[1]}, None, {"id": own[0]}]


async def test_requests_of_two_users_at_once_share_nothing(decoupled: Spa) -> None:
    ben, cleo = decoupled.ben, decoupled.cleo
    bens = await decoupled.pair("Grace Park", ben)
    cleos = await decoupled.pair("Henry Oak", cleo)
    answers = await asyncio.gather(*((ben, cleo)[n % 2].ask(FAMILY) for n in range(40)))
    for number, answer in enumerate(answers):
        own = (bens, cleos)[number % 2]
        assert [node["id"] for node in answer["contacts"]["nodes"]] == [own[0]]
        assert [node["id"] for node in answer["opportunities"]["nodes"]] == [own[1]]


async def test_a_second_request_on_the_same_connection_has_the_rights_of_now(
    decoupled: Spa,
) -> None:
    ben = decoupled.ben
    g, g1 = await decoupled.pair("Grace Park", ben)
    for owner in (decoupled.cleo, ben, decoupled.cleo):
        await decoupled.own(g, owner)
        await decoupled.own(g1, owner)
        mine = owner is ben
        assert [(await contact(ben, g)) is not None, (await opportunity(ben, g1)) is not None] == [
            mine,
            mine,
        ]
        counts = await ben.ask("{ contacts { totalCount } opportunities { totalCount } }")
        assert [each["totalCount"] for each in counts.values()] == [int(mine)] * 2
