"""P9 and P24: an id behind which he sees nothing answers like one that never was."""

from tests.client import Client
from tests.leaks.ids import Secrets, answers, forged, open_secrets
from tests.model.documents import mutation
from tests.model.fold import Json
from tests.scenarios.spa import Spa

PAGE = "{ totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage } }"
NODES = {
    "node": "query Q($id: ID!) { node(id: $id) { __typename id } }",
    "typed node": "query Q($id: ID!) { node(id: $id) { ... on Contact { email } id } }",
    "nodes": "query Q($id: ID!) { nodes(ids: [$id, $id]) { __typename id } }",
}
CONTACTS = {
    "contact": "query Q($id: ID!) { contact(id: $id) { id name email } }",
    "of it": f"query Q($id: ID!) {{ opportunities(filter: {{ contactIds: [$id] }}) {PAGE} }}",
}
OPPORTUNITIES = {
    "opportunity": "query Q($id: ID!) { opportunity(id: $id) { id name value { amount } } }",
}
FILTERS = ["typeIds", "tagIds", "ownerIds", "followerIds"]


async def test_no_query_tells_a_hidden_id_from_one_that_never_was(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets:
        contacts, cards = secrets.contact, secrets.opportunity
        for name, document in NODES.items():
            ids = [
                each
                for unseen in (contacts, cards)
                for each in unseen.all()
                if each not in secrets.own
            ]
            assert len(await answers(decoupled.ben, document, ids)) == 1, name
        for unseen, documents in ((contacts, CONTACTS), (cards, OPPORTUNITIES)):
            for name, document in documents.items():
                bodies = await answers(decoupled.ben, document, unseen.all())
                assert len({body[4:] for body in bodies}) == 1, (name, bodies)
                assert {body[:3] for body in bodies} == {"200"}, name


async def test_ids_in_filters_that_he_cannot_see_match_nothing(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets:
        for field, kind in (("contacts", "ContactFilter"), ("opportunities", "OpportunityFilter")):
            names = FILTERS if field == "contacts" else FILTERS[1:]
            for name in names:
                document = f"query Q($f: {kind}) {{ {field}(filter: $f) {PAGE} }}"
                ids = [*secrets.contact.all(), secrets.other.ben.id]
                bodies = {
                    body[4:]
                    for body in await answers(decoupled.ben, document, ids, f={name: ["ID"]})
                }
                assert len(bodies) == 1, (field, name, bodies)
                assert '"totalCount":0' in bodies.pop().replace(" ", "")


def _contact_changes(spa: Spa) -> list[tuple[str, Json]]:
    ben, cleo = spa.ben.id, spa.cleo.id
    return [
        ("updateContact", {"id": "ID", "firstName": "X"}),
        ("updateContact", {"id": "ID", "typeId": None}),
        ("updateContact", {"id": "ID", "firstName": "X", "expectedVersion": 99}),
        ("deleteContact", {"id": "ID"}),
        ("deleteContact", {"id": "ID", "expectedVersion": 1}),
        ("editTags", {"contactId": "ID", "add": ["laser"]}),
        ("setDoNotDisturb", {"contactId": "ID", "all": True}),
        ("createOpportunity", {"contactId": "ID", "pipelineId": spa.pipeline}),
        ("createOpportunity", {"contactId": "ID", "pipelineId": spa.pipeline, "ownerId": ben}),
        *_owner_changes(ben, cleo),
    ]


def _card_changes(spa: Spa) -> list[tuple[str, Json]]:
    ben, cleo = spa.ben.id, spa.cleo.id
    return [
        ("updateOpportunity", {"id": "ID", "name": "X"}),
        ("updateOpportunity", {"id": "ID", "value": "1", "expectedVersion": 99}),
        ("moveOpportunity", {"id": "ID", "stageId": spa.stages["Cold"]}),
        ("setOpportunityStatus", {"id": "ID", "status": "WON"}),
        ("deleteOpportunity", {"id": "ID"}),
        ("deleteOpportunity", {"id": "ID", "expectedVersion": 1}),
        *_owner_changes(ben, cleo),
    ]


def _owner_changes(ben: str, cleo: str) -> list[tuple[str, Json]]:
    return [
        ("changeOwner", {"recordId": "ID", "ownerId": ben}),
        ("changeOwner", {"recordId": "ID", "ownerId": cleo}),
        ("changeOwner", {"recordId": "ID", "ownerId": None, "expectedVersion": 1}),
        ("changeOwner", {"recordId": "ID", "ownerId": ben, "keepPreviousOwnerAsFollower": True}),
        ("addFollowers", {"recordId": "ID", "userIds": [ben]}),
        ("addFollowers", {"recordId": "ID", "userIds": [cleo]}),
        ("removeFollowers", {"recordId": "ID", "userIds": [ben]}),
        ("removeFollowers", {"recordId": "ID", "all": True}),
    ]


async def _all_alike(secrets: Secrets, client: Client) -> None:
    spa = secrets.spa
    for unseen, changes in (
        (secrets.contact, _contact_changes(spa)),
        (secrets.opportunity, _card_changes(spa)),
    ):
        for name, template in changes:
            # an owned record has no "wrong kind" where contacts and opportunities both fit
            ids = [
                each
                for each in unseen.all()
                if "recordId" not in template or each not in secrets.own
            ]
            bodies = await answers(client, mutation(name, cursor=False), ids, input=template)
            assert len({body[4:] for body in bodies}) == 1, (name, template, bodies)
            assert {body[:3] for body in bodies} == {"200"}, name
            (body,) = {body[4:] for body in bodies}
            if template.get("typeId", "") is not None:
                assert '"NOT_FOUND"' in body, (name, template, body)


async def test_no_mutation_tells_a_hidden_id_from_one_that_never_was(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets, decoupled.unchanged():
        await _all_alike(secrets, decoupled.ben)


async def test_nor_does_a_missing_right_tell_them_apart(decoupled: Spa) -> None:
    rights = ["CONTACTS_READ", "OPPORTUNITIES_READ"]
    await decoupled.access(decoupled.ben, permissions=rights)
    async with open_secrets(decoupled) as secrets, decoupled.unchanged():
        await _all_alike(secrets, decoupled.ben)


async def test_coupled_families_do_not_tell_them_apart_either(coupled: Spa) -> None:
    async with open_secrets(coupled) as secrets, coupled.unchanged():
        await _all_alike(secrets, coupled.ben)


async def test_a_forged_type_name_opens_nothing(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets:
        for known in (*secrets.own, secrets.contact.hidden, secrets.opportunity.hidden):
            for name in ("Contact", "Opportunity", "User", "Follower", "Practice", "X"):
                made = forged(known, name)
                if made is None or made in secrets.own:
                    continue
                body = await decoupled.ben.body(NODES["node"], id=made)
                assert (body.get("data") or {}).get("node") is None, (name, body)


async def test_the_foreign_admin_is_nobody_here(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets:
        stranger, ids = secrets.other.ada, [*secrets.own, decoupled.ben.id, decoupled.pipeline]
        ids += [decoupled.practice, *decoupled.stages.values(), *decoupled.types.values()]
        data = await stranger.ask("query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
        assert data["nodes"] == [None] * len(ids)
        async with decoupled.unchanged():
            for name, fields in (
                ("updateUserAccess", {"id": decoupled.ben.id, "role": "ADMIN"}),
                ("deactivateUser", {"id": decoupled.ben.id, "strategy": "KEEP"}),
                ("renameContactType", {"id": decoupled.types["Lead"], "name": "X"}),
                ("deleteContactType", {"id": decoupled.types["Lead"]}),
            ):
                assert await stranger.code(name, **fields) == "NOT_FOUND"
        page = "{ contacts { totalCount } opportunities { totalCount } }"
        counts = await stranger.ask(page)
        assert [counts[name]["totalCount"] for name in ("contacts", "opportunities")] == [1, 1]


async def test_a_foreign_board_is_null_and_its_stream_not_found(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets:
        document = "query Q($id: ID!) { board(pipelineId: $id) { id } }"
        for each in (secrets.other.pipeline, secrets.own[0], secrets.contact.hidden):
            assert (await decoupled.ben.ask(document, id=each))["board"] is None
            spa = Spa(decoupled.server, decoupled.http, "away")
            spa.pipeline, spa.boards = each, decoupled.boards
            board = await spa.watch(decoupled.ben)
            assert await board.ended() == ["NOT_FOUND"]
            assert board.events == []
