"""What callers send to make, change and send agreements, and the templates of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from resolvers.enums import RecipientRole
from resolvers.ids import Ref
from resolvers.inputs import ABSENT, Absent, Line, Name, Text

Title = Annotated[str, Line(200)]
Body = Annotated[str, Text(20_000)]


@dataclass(frozen=True, kw_only=True)
class AgreementRecipient:
    """Somebody the agreement is for; if none is marked as primary, the first one is."""

    contact_id: Ref
    role: RecipientRole = RecipientRole.SIGNER
    primary: bool = False


@dataclass(frozen=True, kw_only=True)
class CreateAgreement:
    """A new draft, for 1 to 20 recipients, one of them a signer.

    Its text comes from a template or as `body`, in CommonMark with merge fields: one of the two.
    """

    name: Title
    recipients: list[AgreementRecipient]
    template_id: Ref | None = None
    body: Body | None = None
    folder: Name | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateAgreement:
    """What to change of a draft; `recipients` replaces all, a null `expiresAt` means the usual."""

    id: Ref
    expected_version: int | None = None
    name: Title | None = None
    body: Body | None = None
    recipients: list[AgreementRecipient] | None = None
    expires_at: datetime | Absent | None = ABSENT


@dataclass(frozen=True, kw_only=True)
class SendAgreement:
    """The draft to send."""

    id: Ref
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReviseAgreement:
    """The sent agreement that becomes a draft again."""

    id: Ref
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class CreateAgreementTemplate:
    """A new template; `body` in CommonMark with merge fields."""

    name: Name
    body: Body


@dataclass(frozen=True, kw_only=True)
class UpdateAgreementTemplate:
    """What to change of a template; agreements made from it stay as they are."""

    id: Ref
    expected_version: int | None = None
    name: Name | None = None
    body: Body | None = None
