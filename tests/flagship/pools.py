"""What the random mutations are made of."""

from tests.model.rights import DEFAULT

FIRST = ["Grace", "Henry", " Ida ", "Gré", "zoë", None, ""]
LAST = ["Park", "Oak", "Elm"]
EMAILS = [f"zed{number}@mail.example" for number in range(24)]
PHONES = ["+12025550101", "(202) 555-0102", *(f"202.555.01{n}" for n in range(10, 20))]
VALUES = ["0", "120.5", "400", "999.99", "1200", "-5"]
SOURCES = ["web", "Web", "ads", None]
TREATMENTS = ["Laser peel", "Botox", None]
NAMES = ["Deal A", "Grand deal", "deal c", None]
TYPES = ["VIP", "vip ", "Staff", "Guest", "Donor", "Lead ", "PATIENT", ""]
STATUSES = ["OPEN", "WON", "LOST", "ABANDONED"]
MOST_CONTACTS, MOST_USERS = 8, 16
WEIGHTS = {
    "change_owner": 16,
    "move": 12,
    "add_followers": 9,
    "remove_followers": 8,
    "update_contact": 8,
    "update_opportunity": 8,
    "set_status": 7,
    "create_opportunity": 7,
    "create_contact": 6,
    "edit_tags": 5,
    "access": 4,
    "settings": 3,
    "silence": 3,
    "file_document": 6,
    "delete_document": 3,
    "delete_opportunity": 3,
    "create_type": 2,
    "rename_type": 2,
    "delete_type": 2,
    "delete_contact": 1,
    "hire": 1,
    "fire": 1,
}
# Moves that mostly those make who may: their permission.
OFFICES = {
    "settings": "SETTINGS_WRITE",
    "create_type": "SETTINGS_WRITE",
    "rename_type": "SETTINGS_WRITE",
    "delete_type": "SETTINGS_WRITE",
    "access": "TEAM_WRITE",
    "hire": "TEAM_WRITE",
    "fire": "TEAM_WRITE",
}
TAGS = ["laser", "peel", "gold member"]
LEADER = DEFAULT | {"TEAM_WRITE", "SETTINGS_WRITE"}
# sets of permissions; a leader holds all that he may give
PRESETS = {
    "full": DEFAULT,
    "poor": DEFAULT - {"OPPORTUNITY_VALUE_READ"},
    "cards only": DEFAULT - {"CONTACTS_READ"},
    "contacts only": DEFAULT - {"OPPORTUNITIES_READ"},
    "reader": DEFAULT - {"CONTACTS_WRITE", "OPPORTUNITIES_WRITE"},
    "no owner change": DEFAULT - {"OWNER_CHANGE"},
    "no documents": DEFAULT - {"DOCUMENTS_READ"},
    "no filing": DEFAULT - {"DOCUMENTS_WRITE"},
    "no deleting": DEFAULT - {"CONTACTS_DELETE", "OPPORTUNITIES_DELETE"},
    "leader": LEADER,
}
