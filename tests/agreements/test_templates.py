"""Templates: made with SETTINGS_WRITE, read with DOCUMENTS_READ, merged with known fields only."""

from tests.agreements.asking import Office, opened
from tests.client import Client

TEMPLATES = "{ agreementTemplates { id name body version createdAt updatedAt } }"
NODE = "query ($id: ID!) { node(id: $id) { ... on AgreementTemplate { name } } }"


async def names(client: Client) -> list[str]:
    return [one["name"] for one in (await client.ask(TEMPLATES))["agreementTemplates"]]


async def template(office: Office, name: str = "Consent", body: str = "I agree.") -> str:
    payload = await office.spa.ada.do("createAgreementTemplate", name=name, body=body)
    return str(payload["agreementTemplate"]["id"])


async def test_templates_are_listed_by_name_for_everybody_who_reads_documents(
    office: Office,
) -> None:
    for name in ("botox", "Consent", "Aftercare"):
        await template(office, name)
    blind = await office.spa.hire("Bea", without=["DOCUMENTS_READ"])
    assert await names(office.spa.ben) == ["Aftercare", "botox", "Consent"]
    assert await names(blind) == []


async def test_a_template_is_changed_and_deleted_and_its_agreements_stay(office: Office) -> None:
    ada = office.spa.ada
    key = await template(office)
    drafted = await office.draft(templateId=key)
    payload = await ada.do("updateAgreementTemplate", id=key, expectedVersion=1, body="Otherwise.")
    changed = {"id": key, "name": "Consent", "body": "Otherwise.", "version": 2}
    assert payload["agreementTemplate"] == changed
    shown = (await office.read(drafted))["agreement"]
    assert (shown["body"], shown["template"]) == ("I agree.", {"id": key, "name": "Consent"})

    assert (await ada.do("deleteAgreementTemplate", id=key))["deletedId"] == key
    assert await names(ada) == []
    assert (await ada.ask(NODE, id=key))["node"] is None
    shown = (await office.read(drafted))["agreement"]
    assert (shown["body"], shown["template"]) == ("I agree.", None)
    assert "I agree." in await office.text(drafted)


async def test_c5_templates_are_changed_in_the_order_of_the_checks(office: Office) -> None:
    ada, ben = office.spa.ada, office.spa.ben
    blind = await office.spa.hire("Bea", without=["DOCUMENTS_READ"], extra=["SETTINGS_WRITE"])
    key = await template(office)
    bad = "{{contact.shoe}}"
    async with office.unchanged():
        assert await ben.code("createAgreementTemplate", name="X", body=bad) == "INVALID_INPUT"
        assert await ben.code("createAgreementTemplate", name="X", body="Y") == "FORBIDDEN"
        assert await blind.code("updateAgreementTemplate", id=key, name="X") == "NOT_FOUND"
        stale = {"id": key, "expectedVersion": 7}
        assert await ben.code("updateAgreementTemplate", **stale) == "FORBIDDEN"
        (error,) = await ada.fails("updateAgreementTemplate", **stale)
        assert (error["code"], error["currentVersion"]) == ("CONFLICT", 1)
        assert await ada.code("deleteAgreementTemplate", **stale) == "CONFLICT"
        assert await ada.code("deleteAgreementTemplate", id=office.grace) == "NOT_FOUND"
    await ada.do("updateAgreementTemplate", id=key)
    assert (await ada.ask(TEMPLATES))["agreementTemplates"][0]["version"] == 1


async def test_an_unknown_merge_field_is_named_and_so_are_the_known_ones(office: Office) -> None:
    async with office.unchanged():
        errors = await office.spa.ada.fails(
            "createAgreementTemplate", name="X", body="{{ contact.name }} {{contact.nmae}}"
        )
    assert [(one["code"], one["path"]) for one in errors] == [("INVALID_INPUT", ["input", "body"])]
    assert errors[0]["message"] == (
        "There is no merge field {{contact.nmae}}. There are {{contact.name}},"
        " {{contact.firstName}}, {{contact.lastName}}, {{contact.email}}, {{contact.phone}},"
        " {{practice.name}}, {{sender.name}}, {{today}}."
    )


async def test_a_text_of_20_000_characters_is_the_longest(office: Office) -> None:
    ada = office.spa.ada
    await ada.do("createAgreementTemplate", name="Long", body="a " * 9_999 + "ab")
    async with office.unchanged():
        body = "a " * 9_999 + "abc"
        assert await ada.code("createAgreementTemplate", name="X", body=body) == "INVALID_INPUT"


async def test_templates_of_another_practice_are_not_there(office: Office) -> None:
    async with opened(office.server, "other") as other:
        key = await template(other)
        ada = office.spa.ada
        assert await names(ada) == []
        async with office.unchanged():
            assert await ada.code("updateAgreementTemplate", id=key, name="X") == "NOT_FOUND"
            given = {"name": "X", "recipients": [{"contactId": office.grace}]}
            (error,) = await ada.fails("createAgreement", **given, templateId=key)
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "templateId"])


async def test_each_change_of_a_template_is_an_event_and_an_audit_row(office: Office) -> None:
    ada = office.spa.ada
    key = await template(office)
    await ada.do("updateAgreementTemplate", id=key, name="New")
    await ada.do("deleteAgreementTemplate", id=key)
    assert await office.steps(key) == [
        "createAgreementTemplate",
        "updateAgreementTemplate",
        "deleteAgreementTemplate",
    ]
    changes = [changes for _, _, changes in await office.trail(key)]
    assert changes[:2] == [
        {"name": [None, "Consent"], "body": [None, "I agree."]},
        {"name": ["Consent", "New"]},
    ]
