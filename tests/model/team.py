"""Contact types and users, as the rules spell their mutations."""

from tests.model.rules import Call, Outcome, active, sync, text
from tests.model.state import Record, Refused, User


def _type_name(call: Call) -> str:
    name = text(call.input["name"])
    if name is None or len(name) > 50:
        raise Refused("INVALID_INPUT")
    return name


def _unique_type(call: Call, name: str, own: str | None = None) -> None:
    for other, known in call.practice.types.items():
        if other != own and known.casefold() == name.casefold():
            raise Refused("DUPLICATE_NAME")


def _custom_type(call: Call) -> str:
    found: str = call.input["id"]
    replacement = call.input.get("replacementTypeId")
    for each in (found, replacement):
        if each is not None and each not in call.practice.types:
            raise Refused("NOT_FOUND")
    call.need("SETTINGS_WRITE")
    if found in call.practice.system_types:
        raise Refused("SYSTEM_CONTACT_TYPE")
    return found


def create_type(call: Call) -> Outcome:
    """R52: createContactType."""
    name = _type_name(call)
    call.need("SETTINGS_WRITE")
    _unique_type(call, name)
    call.practice.types[call.new().id] = name
    return Outcome(told={"type": name})


def rename_type(call: Call) -> Outcome:
    """R50, R52: renameContactType."""
    name = _type_name(call)
    kind = _custom_type(call)
    _unique_type(call, name, kind)
    call.practice.types[kind] = name
    return Outcome(told={"type": name})


def delete_type(call: Call) -> Outcome:
    """R50, R53: deleteContactType, over all contacts, invisible and deleted ones included."""
    kind = _custom_type(call)
    replacement = call.input.get("replacementTypeId")
    users = [contact for contact in call.practice.contacts.values() if contact.type == kind]
    if users and replacement is None:
        raise Refused("CONTACT_TYPE_IN_USE", count=len(users))
    for contact in users:
        contact.type = replacement or contact.type
    del call.practice.types[kind]
    return Outcome(told={"deletedId": kind, "changed": len(users)})


def create_user(call: Call) -> Outcome:
    """The rules of createUser with explicit permissions, by one who may give them (C8)."""
    call.need("TEAM_WRITE")
    rights = frozenset(call.input["permissions"])
    role = call.input.get("role", "USER")
    if call.actor.role != "ADMIN" and (role == "ADMIN" or not all(map(call.actor.may, rights))):
        raise Refused("FORBIDDEN")
    user = User(call.new().id, role, bool(call.input.get("onlyAssignedData")), rights)
    call.practice.users[user.id] = user
    return Outcome(told={"user": user.id})


def _colleague(call: Call) -> User:
    user = call.practice.users.get(call.input["id"])
    if user is None:
        raise Refused("NOT_FOUND")
    call.need("TEAM_WRITE")
    if call.actor.role != "ADMIN" and (user.role == "ADMIN" or user is call.actor):
        raise Refused("FORBIDDEN")
    return user


def _last_admin(call: Call, user: User) -> bool:
    admins = [each for each in call.practice.users.values() if each.active and each.role == "ADMIN"]
    return admins == [user]


def update_access(call: Call) -> Outcome:
    """C8: updateUserAccess."""
    user = _colleague(call)
    role, flag = call.input.get("role"), call.input.get("onlyAssignedData")
    rights = call.input.get("permissions")
    if call.actor.role != "ADMIN":
        given = frozenset(rights or ()) - user.granted
        lifts = call.actor.restricted and flag is False and user.flag
        if role == "ADMIN" or lifts or not all(map(call.actor.may, given)):
            raise Refused("FORBIDDEN")
    if role == "USER" and _last_admin(call, user):
        raise Refused("LAST_ADMIN")
    user.role = role or user.role
    user.flag = user.flag if flag is None else flag
    user.granted = user.granted if rights is None else frozenset(rights)
    return Outcome(told={"user": user.id})


def deactivate(call: Call) -> Outcome:
    """R38, C8: deactivateUser; his records are handed on, dropped, or kept."""
    user = _colleague(call)
    heir = call.input.get("reassignToId")
    if _last_admin(call, user):
        raise Refused("LAST_ADMIN")
    if user is call.actor:
        raise Refused("FORBIDDEN")
    reassign = call.input["strategy"] == "REASSIGN"
    if reassign and (heir == user.id or not active(call.practice, heir)):
        raise Refused("INVALID_OWNER")
    user.active = False
    for record in call.practice.records():
        record.followers.discard(user.id)
    if call.input["strategy"] != "KEEP":
        _hand_on(call, user.id, heir if reassign else None)
    return Outcome(told={"user": user.id})


def _hand_on(call: Call, user: str, heir: str | None) -> None:
    mine: list[Record] = [
        record for record in call.practice.records() if record.owner == user and not record.deleted
    ]
    for record in mine:
        record.give(heir)
    for record in mine:
        sync(call.practice, record, heir)
