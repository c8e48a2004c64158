"""Do not disturb: which channels must not be used to reach a contact (R55, R56, C8)."""

from collections.abc import Iterable
from typing import NamedTuple

from models.contact import Contact
from resolvers.enums import Channel, DoNotDisturbStatus, ErrorCode
from resolvers.problems import refuse

Blocked = dict[str, list[str | None]]
_OFF, _ON, _PERMANENT = (status.value for status in DoNotDisturbStatus)


class ChannelDoNotDisturb(NamedTuple):
    """Whether one channel may be used, and what the provider said."""

    channel: str
    status: str
    message: str | None


class DoNotDisturb(NamedTuple):
    """Which channels must not be used; `all` includes channels that are added later."""

    all: bool
    channels: list[ChannelDoNotDisturb]


def shown(every: bool, blocked: Blocked) -> DoNotDisturb:
    """Return all channels in the enum's order with their effective status."""
    otherwise: list[str | None] = [_ON if every else _OFF, None]
    states = ((channel.value, blocked.get(channel.value, otherwise)) for channel in Channel)
    return DoNotDisturb(
        every, [ChannelDoNotDisturb(name, str(state[0]), state[1]) for name, state in states]
    )


def apply(contact: Contact, every: bool | None, switches: Iterable[tuple[Channel, bool]]) -> None:
    """Switch all channels, then each of `switches`, on or off.

    Switching one off while all are on leaves the others on by name. Refused with DND_PERMANENT
    where it would lift what a provider set.
    """
    if every is not None:
        _switch_all(contact, every)
    for channel, on in switches:
        _switch(contact, channel.value, on=on)


def _switch_all(contact: Contact, on: bool) -> None:
    permanent = {name: s for name, s in contact.blocked_channels.items() if s[0] == _PERMANENT}
    if permanent and not on:
        raise _permanent()
    contact.do_not_disturb_all = on
    contact.blocked_channels = permanent


def _switch(contact: Contact, name: str, *, on: bool) -> None:
    state = contact.blocked_channels.get(name, [None])[0]
    if on:
        if state is None and not contact.do_not_disturb_all:
            contact.blocked_channels = {**contact.blocked_channels, name: [_ON, None]}
        return
    if state == _PERMANENT:
        raise _permanent()
    if contact.do_not_disturb_all:
        contact.do_not_disturb_all = False
        everywhere = {channel.value: [_ON, None] for channel in Channel}
        contact.blocked_channels = {**everywhere, **contact.blocked_channels}
    contact.blocked_channels = {k: v for k, v in contact.blocked_channels.items() if k != name}


def _permanent() -> Exception:
    return refuse(
        ErrorCode.DND_PERMANENT,
        "A provider blocked this channel for good. Only the contact can lift that.",
        "channels",
    )
