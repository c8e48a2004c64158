"""Templates that agreements are made from."""

from datetime import datetime

from resolvers.agreement_templates import SeenTemplate
from schema.kind import Node, kind


@kind(SeenTemplate)
class AgreementTemplate(Node):
    """A text with merge fields that agreements are made from; see createAgreementTemplate."""

    name: str
    body: str
    version: int
    created_at: datetime
    updated_at: datetime
