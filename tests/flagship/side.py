"""One practice of a walk: its people, its model, its live boards."""

from random import Random

from tests.client import Client
from tests.flagship.answers import compare
from tests.flagship.check import Checker
from tests.flagship.moves import Moves
from tests.flagship.pools import PRESETS, TAGS
from tests.flagship.uploads import ready_upload
from tests.flagship.views import Seat, some_views
from tests.model.fold import Json
from tests.model.rights import DEFAULT, PERMISSIONS
from tests.model.rules import Born
from tests.model.run import Model
from tests.model.state import Practice, Record, Settings, User
from tests.scenarios.spa import Spa

STAFF = {  # name: (restricted, permissions)
    "Eve": (True, "cards only"),
    "Pim": (False, "poor"),
    "Max": (False, "no owner change"),
    "Lea": (False, "leader"),
    "Ria": (True, "reader"),
    "Ned": (True, "no deleting"),
    "Sam": (True, "full"),
    "Sue": (True, "full"),
    "Sid": (False, "full"),
    "Nia": (False, "no documents"),
    "Flo": (True, "no filing"),
}
WATCHERS = 10  # of the first users; the others only act and follow
NEWEST = {
    "createContact": "{ contacts(first: 1) { nodes { id version } } }",
    "createOpportunity": "{ opportunities(first: 1) { nodes { id version } } }",
    "createDocument": "{ documents(first: 1) { nodes { id version } } }",
}


class Side:
    """A practice, walked at random."""

    seat_kind: type[Seat] = Seat

    def __init__(self, spa: Spa, chance: Random, *, different_owners: bool) -> None:
        self.spa = spa
        self.chance = chance
        practice = Practice(
            stages=list(spa.stages.values()),
            lead=spa.stages["Lead"],
            cold=spa.stages["Cold"],
            pipeline=spa.pipeline,
            types={kind: name for name, kind in spa.types.items()},
            system_types=frozenset(spa.types.values()),
            settings=Settings(different=different_owners),
        )
        self.model = Model(practice)
        self.foreign: list[str] = []
        self.moves = Moves(chance, practice, self.foreign)
        self.checker = Checker(self.model, chance, self.foreign)
        self.clients: dict[str, Client] = {}
        self.seats: list[Seat] = []
        self.history: list[str] = []
        self.accepted: dict[str, int] = {}

    async def settle_in(self, staff: list[str], contacts: int) -> None:
        """Hire the staff, learn the tags, make the first records."""
        spa, practice = self.spa, self.model.practice
        await spa.access(spa.ada, permissions=sorted(DEFAULT), onlyAssignedData=False)
        self._employ(spa.ada, "ADMIN", DEFAULT, restricted=False)
        for client in (spa.ben, spa.cleo, spa.dan):
            self._employ(client, "USER", DEFAULT, restricted=client is not spa.dan)
        for name in staff:
            restricted, preset = STAFF[name]
            rights = frozenset(PRESETS[preset])
            away, extra = PERMISSIONS - rights, rights - DEFAULT
            client = await spa.hire(name, restricted=restricted, without=away, extra=extra)
            self._employ(client, "USER", rights, restricted=restricted)
        await self._learn_tags(practice)
        for number in range(contacts):
            owner = self.chance.choice([None, *practice.users])
            given: Json = {"firstName": f"Gr{number}", "typeId": spa.types["Lead"]}
            payload = await self.play(spa.ada.id, "createContact", {**given, "ownerId": owner})
            card = {"contactId": payload["contact"]["id"], "pipelineId": spa.pipeline}
            await self.play(spa.ada.id, "createOpportunity", card)

    def _employ(
        self, client: Client, role: str, rights: frozenset[str], *, restricted: bool
    ) -> None:
        self.clients[client.id] = client
        self.model.practice.users[client.id] = User(client.id, role, restricted, rights)

    async def _learn_tags(self, practice: Practice) -> None:
        contact = await self.spa.contact("Tag Teacher")
        await self.spa.ada.do("editTags", contactId=contact, add=TAGS)
        await self.spa.ada.do("deleteContact", id=contact)
        data = await self.spa.ada.ask("{ viewer { practice { tags { id name } } } }")
        known = data["viewer"]["practice"]["tags"]
        practice.tags |= {tag["name"]: tag["id"] for tag in known}
        assert sorted(practice.tags) == sorted(TAGS)

    async def seat(self, client: Client, count: int) -> None:
        """Let a user watch the whole board and `count` other views."""
        people = list(self.model.practice.users)
        for view in some_views(self.chance, self.model, people, count):
            self.seats.append(await self.seat_kind.take(client, self.spa.pipeline, view))

    async def play_one(self) -> None:
        """Let somebody do something."""
        await self.play(*self.moves.draw())

    async def play(self, actor: str, name: str, given: Json) -> Json:
        """Run one mutation on the server and on the model; their answers must agree."""
        client = self.clients[actor]
        self.history.append(f"{client.name} {name} {given}")
        if name == "createDocument":
            given["uploadId"] = await self.uploaded(client, given["contactId"])
        payload = await client.send(name, **given)
        self.history[-1] += f" -> {[error['code'] for error in payload['errors']]}"
        before = self.model.practice
        outcome = self.model.run(actor, name, given, await self._born(name, payload))
        try:
            compare(name, payload, outcome)
        except AssertionError as error:
            error.add_note(
                f"{before.settings}\n{before.users[actor]}\n{self._named(before, given)}"
            )
            raise
        self.moves.practice = self.model.practice
        if not outcome.codes:
            self.accepted[name] = self.accepted.get(name, 0) + 1
            await self._follow_up(name, given, payload)
        return payload

    async def uploaded(self, client: Client, contact: str) -> str:
        """Return an upload that a user may make a document of, if he sees the contact."""
        return await ready_upload(self.spa.server.desk.services.database, client.id, contact)

    def _named(self, practice: Practice, given: Json) -> list[Record]:
        ids = {value for value in given.values() if isinstance(value, str)}
        contacts = {card.contact for card in practice.opportunities.values() if card.id in ids}
        wanted = ids | contacts
        cards = [each.id for each in practice.opportunities.values() if each.contact in wanted]
        return [each for each in practice.records() if each.id in wanted | {*cards}]

    async def _born(self, name: str, payload: Json) -> Born | None:
        if payload["errors"] or not name.startswith("create"):
            return None
        kind = name.removeprefix("create")
        made: Json | None = payload[kind[0].lower() + kind[1:]]
        if made is None:
            users = self.model.practice.users.values()
            admin = next(user for user in users if user.active and user.role == "ADMIN")
            data = await self.clients[admin.id].ask(NEWEST[name])
            made = next(iter(data.values()))["nodes"][0]
        return Born(made["id"], made.get("version", 1))

    async def _follow_up(self, name: str, given: Json, payload: Json) -> None:
        if name == "createUser":
            token = await self.spa.server.token(given["email"])
            client = self.spa.client(token)
            client.id, client.name, client.email = payload["user"]["id"], given["name"], ""
            self.clients[client.id] = client
        elif name == "updateUserAccess":
            self.checker.shaken.add(given["id"])
        elif name == "deactivateUser":
            await self._dismiss(given["id"])

    async def _dismiss(self, user: str) -> None:
        gone = [seat for seat in self.seats if seat.client.id == user]
        self.seats = [seat for seat in self.seats if seat.client.id != user]
        for seat in gone:
            await self._closed(seat)
        watching = {seat.client.id for seat in self.seats}
        users = self.model.practice.users.values()
        free = [each.id for each in users if each.active and each.id not in watching]
        if gone and free:
            await self.seat(self.clients[self.chance.choice(free)], 1)

    async def _closed(self, seat: Seat) -> None:
        """Wait until a dismissed user's board is closed."""
        if not seat.away:
            assert await seat.board.closed() == 4403, seat.label
        await seat.board.cut()
