"""The closed sets of values that records and answers use, as the API spells them."""

from enum import Enum


class ActorKind(Enum):
    """A user; a recipient of an agreement, by his link; or the program, also from a command."""

    USER = "USER"
    RECIPIENT = "RECIPIENT"
    SYSTEM = "SYSTEM"


class OpportunityStatus(Enum):
    """Whether the sale is still open; independent of the stage (R80)."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"
    ABANDONED = "ABANDONED"


class ValueSource(Enum):
    """Where an opportunity's value comes from (R72)."""

    DEFAULT = "DEFAULT"
    TREATMENT = "TREATMENT"
    MANUAL = "MANUAL"
    LIFETIME = "LIFETIME"


class FollowerSource(Enum):
    """How somebody came to follow a record (R46)."""

    MANUAL = "MANUAL"
    SYNC = "SYNC"
    WORKFLOW = "WORKFLOW"
    IMPORT = "IMPORT"


class Channel(Enum):
    """A way to reach a contact."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    CALL = "CALL"
    WHATSAPP = "WHATSAPP"
    INSTAGRAM = "INSTAGRAM"
    FACEBOOK = "FACEBOOK"
    GOOGLE_BUSINESS = "GOOGLE_BUSINESS"


class DoNotDisturbStatus(Enum):
    """OFF: may be used. ON: must not. PERMANENT: set by a provider; only the contact lifts it."""

    OFF = "OFF"
    ON = "ON"
    PERMANENT = "PERMANENT"


class DocumentKind(Enum):
    """FILE: uploaded. FORM_FIELD_FILE: of a custom field. ATTACHMENT: of a message (R86)."""

    FILE = "FILE"
    FORM_FIELD_FILE = "FORM_FIELD_FILE"
    ATTACHMENT = "ATTACHMENT"
    AGREEMENT = "AGREEMENT"


class DocumentStatus(Enum):
    """STORED: every document but agreements; the others are the ways of an agreement (R85)."""

    STORED = "STORED"
    DRAFT = "DRAFT"
    SENT = "SENT"
    VIEWED = "VIEWED"
    COMPLETED = "COMPLETED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"


class RecipientRole(Enum):
    """SIGNER: the agreement needs his signature. COPY: he may read it."""

    SIGNER = "SIGNER"
    COPY = "COPY"


class CustomFieldObject(Enum):
    """Whose field it is."""

    CONTACT = "CONTACT"
    OPPORTUNITY = "OPPORTUNITY"


class CustomFieldKind(Enum):
    """What values a custom field has."""

    FILE_UPLOAD = "FILE_UPLOAD"


class FileFormat(Enum):
    """A format that files may have; nothing else is taken."""

    PDF = "PDF"
    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    WEBP = "WEBP"
    HEIC = "HEIC"
    TIFF = "TIFF"
    DOCX = "DOCX"
    XLSX = "XLSX"
    PPTX = "PPTX"
    TXT = "TXT"
    CSV = "CSV"
    MP4 = "MP4"
    MOV = "MOV"
    MP3 = "MP3"


class OrderDirection(Enum):
    """ASC: smallest or oldest first."""

    ASC = "ASC"
    DESC = "DESC"


class ContactOrderField(Enum):
    """What contacts can be ordered by."""

    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    NAME = "NAME"


class OpportunityOrderField(Enum):
    """What opportunities can be ordered by; VALUE needs OPPORTUNITY_VALUE_READ (R18)."""

    CREATED_AT = "CREATED_AT"
    VALUE = "VALUE"
    NAME = "NAME"
    STAGE_ENTERED_AT = "STAGE_ENTERED_AT"
    UPDATED_AT = "UPDATED_AT"


class SnapshotReason(Enum):
    """Why a live board starts afresh."""

    SUBSCRIBED = "SUBSCRIBED"
    ACCESS_CHANGED = "ACCESS_CHANGED"
    CURSOR_EXPIRED = "CURSOR_EXPIRED"
    FELL_BEHIND = "FELL_BEHIND"
    PIPELINE_CHANGED = "PIPELINE_CHANGED"


class OwnershipReconciliation(Enum):
    """How owners that differ are made equal: to the contact's owner (K1)."""

    CONTACT_OWNER = "CONTACT_OWNER"


class DeactivationStrategy(Enum):
    """What becomes of the records a deactivated user owns (R38)."""

    REASSIGN = "REASSIGN"
    UNASSIGN = "UNASSIGN"
    KEEP = "KEEP"


class WarningCode(Enum):
    """What a change that was made wants to tell."""

    FOLLOWER_LIMIT_REACHED = "FOLLOWER_LIMIT_REACHED"
    OWNER_CANNOT_SEE = "OWNER_CANNOT_SEE"
    COLD_SKIPS_NURTURE = "COLD_SKIPS_NURTURE"
    ALREADY_FOLLOWING = "ALREADY_FOLLOWING"


class ErrorCode(Enum):
    """Why a mutation was refused."""

    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    INVALID_INPUT = "INVALID_INPUT"
    CONFLICT = "CONFLICT"
    FOLLOWER_CANNOT_CHANGE_OWNER = "FOLLOWER_CANNOT_CHANGE_OWNER"
    FOLLOWER_LIMIT = "FOLLOWER_LIMIT"
    INVALID_OWNER = "INVALID_OWNER"
    INVALID_FOLLOWER = "INVALID_FOLLOWER"
    OWNERS_DIFFER = "OWNERS_DIFFER"
    CONTACT_TYPE_REQUIRED = "CONTACT_TYPE_REQUIRED"
    SYSTEM_CONTACT_TYPE = "SYSTEM_CONTACT_TYPE"
    CONTACT_TYPE_IN_USE = "CONTACT_TYPE_IN_USE"
    DUPLICATE_CONTACT = "DUPLICATE_CONTACT"
    DUPLICATE_OPPORTUNITY = "DUPLICATE_OPPORTUNITY"
    PIPELINE_LOCKED = "PIPELINE_LOCKED"
    DND_ACTIVE = "DND_ACTIVE"
    DND_PERMANENT = "DND_PERMANENT"
    LAST_ADMIN = "LAST_ADMIN"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    TOO_MANY_FILES = "TOO_MANY_FILES"
    STORAGE_FULL = "STORAGE_FULL"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    SYSTEM_TAG = "SYSTEM_TAG"
    DUPLICATE_NAME = "DUPLICATE_NAME"
