"""C8 and R38: users, and what becomes of their records."""

from tests.model.rights import DEFAULT, PERMISSIONS
from tests.scenarios.reads import followers, owner, sees, shown
from tests.scenarios.spa import Spa

ME = "{ viewer { role onlyAssignedData permissions user { id } } }"


async def test_a_new_user_gets_the_default_permissions(decoupled: Spa) -> None:
    await decoupled.ada.do("createUser", name="New", email="new@spa.example")
    users = await decoupled.ada.ask(
        "{ viewer { practice { users { name role onlyAssignedData permissions } } } }"
    )
    new = next(user for user in users["viewer"]["practice"]["users"] if user["name"] == "New")
    assert [new["role"], new["onlyAssignedData"]] == ["USER", False]
    assert sorted(new["permissions"]) == sorted(DEFAULT)
    adas = (await decoupled.ada.ask(ME))["viewer"]
    assert sorted(adas["permissions"]) == sorted(PERMISSIONS)


async def test_a_leader_may_not_touch_admins_himself_or_give_what_he_lacks(
    decoupled: Spa,
) -> None:
    lea = await decoupled.hire("Lea", extra=["TEAM_WRITE"], without=["CONTACTS_DELETE"])
    ben, ada = decoupled.ben.id, decoupled.ada.id
    plain = {"name": "X", "email": "x@spa.example"}
    async with decoupled.unchanged():
        for fields in (
            {"id": ada, "onlyAssignedData": True},
            {"id": lea.id, "permissions": ["CONTACTS_READ"]},
            {"id": ben, "role": "ADMIN"},
            {"id": ben, "permissions": ["SETTINGS_WRITE"]},
            {"id": ben, "onlyAssignedData": False},
        ):
            assert await lea.code("updateUserAccess", **fields) == "FORBIDDEN", fields
        for extra in ({"role": "ADMIN"}, {"permissions": ["SETTINGS_WRITE"]}):
            assert await lea.code("createUser", **plain, **extra) == "FORBIDDEN"
        for user in (ada, lea.id):
            assert await lea.code("deactivateUser", id=user, strategy="KEEP") == "FORBIDDEN"
        assert await decoupled.dan.code("createUser", **plain) == "FORBIDDEN"
        assert await decoupled.dan.code("updateUserAccess", id=ben, role="USER") == "FORBIDDEN"
    await lea.do("updateUserAccess", id=decoupled.dan.id, onlyAssignedData=True)


async def test_the_last_admin_can_neither_be_demoted_nor_dismissed(decoupled: Spa) -> None:
    ada = decoupled.ada
    async with decoupled.unchanged():
        assert await ada.code("updateUserAccess", id=ada.id, role="USER") == "LAST_ADMIN"
        assert await ada.code("deactivateUser", id=ada.id, strategy="KEEP") == "LAST_ADMIN"
    second = await decoupled.hire("Adam", role="ADMIN")
    async with decoupled.unchanged():
        assert await ada.code("deactivateUser", id=ada.id, strategy="KEEP") == "FORBIDDEN"
    await ada.do("deactivateUser", id=second.id, strategy="KEEP")
    async with decoupled.unchanged():
        assert await ada.code("updateUserAccess", id=ada.id, role="USER") == "LAST_ADMIN"


async def test_r38_unassign_leaves_his_records_to_nobody(decoupled: Spa) -> None:
    ada, ben = decoupled.ada, decoupled.ben
    g, g1 = await decoupled.pair("Grace Park", ben)
    other, _ = await decoupled.pair("Henry Oak", decoupled.cleo)
    await decoupled.follow(other, ben)
    board = await decoupled.watch(decoupled.dan)
    await ada.do("deactivateUser", id=ben.id, strategy="UNASSIGN")
    records = [await shown(ada, each) for each in (g, g1, other)]
    assert [owner(record) for record in records] == [None, None, decoupled.cleo.id]
    assert followers(records[2]) == set()
    await board.until(lambda: board.fold.cards()[g1]["owner"] is None, "the card without owner")


async def test_r38_reassign_hands_everything_over_with_the_syncs(decoupled: Spa) -> None:
    ada, ben, cleo = decoupled.ada, decoupled.ben, decoupled.cleo
    await decoupled.sync_both()
    both, both1 = await decoupled.pair("Grace Park", ben)
    await decoupled.follow(both, cleo)
    card_only = await decoupled.contact("Henry Oak", decoupled.dan)
    card_only1 = await decoupled.card(card_only, ben)
    await ada.do("removeFollowers", recordId=card_only, all=True)

    await ada.do("deactivateUser", id=ben.id, strategy="REASSIGN", reassignToId=cleo.id)

    records = {each: await shown(ada, each) for each in (both, both1, card_only, card_only1)}
    assert [owner(records[each]) for each in (both, both1, card_only1)] == [cleo.id] * 3
    assert owner(records[card_only]) == decoupled.dan.id
    assert followers(records[both]) == set()
    assert followers(records[both1]) == set()
    assert followers(records[card_only]) == {cleo.id}
    assert await sees(cleo, *records) == [True] * 4


async def test_r38_reassign_needs_an_active_other_user(decoupled: Spa) -> None:
    ben, cleo = decoupled.ben.id, decoupled.cleo.id
    await decoupled.pair("Grace Park", decoupled.ben)
    await decoupled.ada.do("deactivateUser", id=cleo, strategy="KEEP")
    dismiss = {"id": ben, "strategy": "REASSIGN"}
    async with decoupled.unchanged():
        for heir in (ben, cleo, None):
            code = await decoupled.ada.code("deactivateUser", **dismiss, reassignToId=heir)
            assert code == "INVALID_OWNER", heir


async def test_r38_coupled_families_go_together(coupled: Spa) -> None:
    g, g1 = await coupled.pair("Grace Park", coupled.ben)
    await coupled.ada.do(
        "deactivateUser", id=coupled.ben.id, strategy="REASSIGN", reassignToId=coupled.dan.id
    )
    assert [owner(await shown(coupled.ada, each)) for each in (g, g1)] == [coupled.dan.id] * 2


async def test_r39_owners_by_default(decoupled: Spa) -> None:
    ada, ben, lead = decoupled.ada, decoupled.ben, decoupled.types["Lead"]
    bens = await ben.do("createContact", firstName="Grace", typeId=lead)
    assert bens["contact"]["owner"] == {"id": ben.id}
    dans = await decoupled.dan.do("createContact", firstName="Henry", typeId=lead)
    assert dans["contact"]["owner"] is None
    followed = await decoupled.contact("Ida Elm")
    await decoupled.follow(followed, ben)
    made = await ben.do("createOpportunity", contactId=followed, pipelineId=decoupled.pipeline)
    assert made["opportunity"]["owner"] == {"id": ben.id}
    card = await decoupled.card(bens["contact"]["id"])
    assert owner(await shown(ada, card)) == ben.id


async def test_r31_an_explicit_owner_at_creation_moves_the_coupled_family(coupled: Spa) -> None:
    g = await coupled.contact("Grace Park", coupled.ben)
    card = await coupled.card(g, coupled.cleo)
    assert [owner(await shown(coupled.ada, each)) for each in (g, card)] == [coupled.cleo.id] * 2
    h = await coupled.contact("Henry Oak", coupled.ben)
    await coupled.follow(h, coupled.dan)
    given = {"contactId": h, "pipelineId": coupled.pipeline, "ownerId": coupled.dan.id}
    async with coupled.unchanged():
        code = await coupled.dan.code("createOpportunity", **given)
    assert code == "FOLLOWER_CANNOT_CHANGE_OWNER"


async def test_r33_an_explicit_owner_at_creation_follows_the_contact(decoupled: Spa) -> None:
    await decoupled.settings(makeOpportunityOwnerFollowerOfContact=True)
    g = await decoupled.contact("Grace Park", decoupled.ben)
    await decoupled.card(g, decoupled.cleo)
    assert followers(await shown(decoupled.ada, g)) == {decoupled.cleo.id}
    await decoupled.settings(makeOpportunityOwnerFollowerOfContact=False)
    h = await decoupled.contact("Henry Oak", decoupled.ben)
    await decoupled.card(h, decoupled.cleo)
    assert followers(await shown(decoupled.ada, h)) == set()
