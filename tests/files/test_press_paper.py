"""Agreements and certificates say what was typed, and nothing that was typed does anything."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from files.formats import FileFormat
from files.press.jobs import AgreementText, Certificate, CertifiedRecipient, Unreadable
from files.press.press import Press
from tests.files import samples

PATIENCE_SECONDS = 15
MADE_AT = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)
AGREEMENT = AgreementText("Lumière Med Spa", "Consent", "AGR-42", "Hello **there**.")
SIGNED = samples.pdf("Signed page one #pagebreak() Signed page two")
SIGNER = CertifiedRecipient(
    "Zoë *O'Neil*", "Signer", "Zoë O'Neil", MADE_AT, "2001:db8::1", "By phone"
)
RECIPIENTS = (SIGNER, CertifiedRecipient("Records", "Copy"))
CERTIFICATE = Certificate(
    practice="Lumière Med Spa",
    title="Consent #panic()",
    reference="AGR-42",
    revision=3,
    sha256=hashlib.sha256(SIGNED).hexdigest(),
    created_at=MADE_AT,
    sent_at=datetime(2026, 3, 2, 1, 0, tzinfo=timezone(timedelta(hours=-7))),
    completed_at=datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC),
    recipients=RECIPIENTS,
    note="Times are in UTC.",
)


async def rendered(press: Press, agreement: AgreementText) -> bytes:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await press.render(agreement, MADE_AT)


async def certified(press: Press, content: bytes, certificate: Certificate) -> bytes:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await press.certify(content, certificate)


async def text_of(press: Press, content: bytes) -> list[str]:
    """Return the lines of a PDF."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return (await press.inspect(content, FileFormat.PDF)).text.splitlines()


async def lines(press: Press, body: str) -> list[str]:
    """Return the lines that a body becomes, without header, title and footer."""
    text = await text_of(press, await rendered(press, replace(AGREEMENT, body=body)))
    return text[2:-1]


async def test_an_agreement_has_header_title_and_footer(press: Press) -> None:
    assert await text_of(press, await rendered(press, AGREEMENT)) == [
        "Lumière Med Spa",
        "Consent",
        "Hello there.",
        "AGR-42 Page 1 of 1",
    ]


async def test_pages_are_counted(press: Press) -> None:
    long = replace(AGREEMENT, body="All of it counts.\n\n" * 60)
    text = await text_of(press, await rendered(press, long))
    assert [line for line in text if line.startswith("AGR-42")] == [
        "AGR-42 Page 1 of 2",
        "AGR-42 Page 2 of 2",
    ]


async def test_the_same_text_and_time_give_the_same_bytes(press: Press) -> None:
    first = await rendered(press, AGREEMENT)
    other = Press()
    try:
        assert await rendered(other, AGREEMENT) == first
    finally:
        await other.close()
    assert b"D:20260301140500" in first


@pytest.mark.parametrize(
    "typed",
    [
        "#panic()",
        '#read("/etc/passwd")',
        '#import "@preview/a:1.0.0"',
        "$x$ $ x^2 $",
        "@ref and <label>",
        "{{ name }} {% if x %} ${x}",
        "<b>bold</b> <script>alert(1)</script>",
        "<!-- not a comment -->",
        "`code` // and no comment",
        "~tilde~ ' \" -- --- ...",
        "= no heading",
        "Zoë — naïve façade Ελληνικά Кириллица 10 €",
    ],
)
async def test_what_is_typed_is_what_is_printed(press: Press, typed: str) -> None:
    assert await lines(press, typed) == [typed]
    agreement = replace(AGREEMENT, title=typed, practice=typed, reference=typed)
    text = await text_of(press, await rendered(press, agreement))
    assert text == [typed, typed, "Hello there.", f"{typed} Page 1 of 1"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", []),
        ("# One\n## Two\n### Three\n#### Four", ["One", "Two", "Three", "Four"]),
        ("a *b* **c** ***d***", ["a b c d"]),
        ("one\ntwo", ["one two"]),
        ("one  \ntwo\\\nthree", ["one", "two", "three"]),
        ("- a\n- b\n  1. c\n  2. d", ["• a", "• b", "1. c", "2. d"]),
        ("7. a\n8. b", ["7. a", "8. b"]),
        ("> quoted\n>\n> - listed", ["quoted", "• listed"]),
        ("over\n\n---\n\nunder", ["over", "under"]),
        ("[a link](https://example.com 'tip')", ["a link"]),
        ("<https://example.com>", ["https://example.com"]),
        ("before ![a picture](https://example.com/x.png) after", ["before a picture after"]),
        ("\\*plain\\* &copy; &lt;", ["*plain* © <"]),
        ("    indented", ["indented"]),
        ("```\nfenced\n```", ["``` fenced ```"]),
        ("#\n\n-\n\n>\n\n[](x)", ["•"]),
    ],
)
async def test_markdown_is_set(press: Press, body: str, expected: list[str]) -> None:
    assert await lines(press, body) == expected


async def test_what_is_nested_too_deeply_is_refused_and_never_left_out(press: Press) -> None:
    assert await lines(press, "> " * 10 + "deep") == ["deep"]
    for body in ("> " * 11 + "deep", "- " * 11 + "deep", "> " * 5000 + "deep"):
        with pytest.raises(Unreadable, match="nested too deeply"):
            await lines(press, body)


async def test_a_completed_pdf_is_the_signed_one_and_its_certificate(press: Press) -> None:
    completed = await certified(press, SIGNED, CERTIFICATE)
    assert completed.startswith(SIGNED)
    digest = CERTIFICATE.sha256
    assert await text_of(press, completed) == [
        *("Signed page one", "Signed page two"),
        *("Lumière Med Spa", "Certificate of Completion"),
        *("Practice Lumière Med Spa", "Title Consent #panic()", "Reference AGR-42", "Revision 3"),
        *(f"SHA-256 {digest[:32]}", digest[32:]),
        "Created March 1, 2026, 14:05:00 UTC",
        "Sent March 2, 2026, 08:00:00 UTC",
        "Completed March 9, 2026, 23:59:59 UTC",
        *("Recipients", "Zoë *O'Neil* Signer", "Zoë O'Neil"),
        "Signed March 1, 2026, 14:05:00 UTC",
        *("Address 2001:db8::1", "Note By phone", "Records Copy", "Times are in UTC."),
        "AGR-42 Certificate, page 1 of 1",
    ]


async def test_signed_pages_look_as_before(press: Press) -> None:
    completed = await certified(press, SIGNED, CERTIFICATE)
    async with asyncio.timeout(PATIENCE_SECONDS):
        for page in (1, 2):
            before = await press.preview(SIGNED, FileFormat.PDF, page)
            assert await press.preview(completed, FileFormat.PDF, page) == before


async def test_many_recipients_take_more_pages(press: Press) -> None:
    many = replace(CERTIFICATE, recipients=RECIPIENTS * 20)
    completed = await certified(press, SIGNED, many)
    text = await text_of(press, completed)
    assert text.count("Records Copy") == 20
    assert text[-1] == "AGR-42 Certificate, page 7 of 7"


async def test_another_pdf_than_the_signed_one_is_not_certified(press: Press) -> None:
    with pytest.raises(Unreadable, match="not the one that was signed"):
        await certified(press, SIGNED + b"\n", CERTIFICATE)


async def test_what_is_no_pdf_is_not_certified(press: Press) -> None:
    content = b"plain"
    certificate = replace(CERTIFICATE, sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(Unreadable, match="The PDF is damaged"):
        await certified(press, content, certificate)


async def test_a_pdf_with_a_damaged_table_is_certified_whole(press: Press) -> None:
    damaged = SIGNED.replace(b"startxref\n", b"startxref\n9", 1)
    certificate = replace(CERTIFICATE, sha256=hashlib.sha256(damaged).hexdigest())
    completed = await certified(press, damaged, certificate)
    assert completed.startswith(damaged)
    assert (await text_of(press, completed))[:2] == ["Signed page one", "Signed page two"]


@pytest.mark.parametrize(
    "name",
    ["王小明", "山田太郎", "김철수", "שרה", "राम", "สมชาย", "Զարուհի", "தமிழ்", "Анна", "Ελένη"],
)
async def test_a_name_is_there_in_whatever_script(press: Press, name: str) -> None:
    text = await text_of(press, await rendered(press, replace(AGREEMENT, body=f"I am {name}.")))
    assert f"I am {name}." in text
    signer = replace(SIGNER, name=name, signature=name)
    completed = await certified(press, SIGNED, replace(CERTIFICATE, recipients=(signer,)))
    told = "\n".join(await text_of(press, completed))
    assert told.count(name) == 2
