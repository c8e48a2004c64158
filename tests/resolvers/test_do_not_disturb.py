"""R55, R56, C8: which channels must not be used, against a plain model of the rule."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contact import Contact
from resolvers.do_not_disturb import apply, shown
from resolvers.enums import Channel, ErrorCode
from resolvers.problems import Refused
from tests.resolvers.properties import examples
from tests.resolvers.staff import START

EVERY = [channel.value for channel in Channel]
Switches = Sequence[tuple[Channel, bool]]


def contact(every: bool, blocked: dict[str, list[str | None]]) -> Contact:
    key = UUID(int=1)
    return Contact(
        key,
        key,
        "Grace",
        None,
        "Grace",
        None,
        None,
        key,
        None,
        every,
        blocked,
        None,
        1,
        START,
        START,
    )


def seen(one: Contact) -> tuple[bool, dict[str, str]]:
    told = shown(one.do_not_disturb_all, one.blocked_channels)
    assert [each.channel for each in told.channels] == EVERY
    return told.all, {each.channel: each.status for each in told.channels}


def expected(
    one: Contact, every: bool | None, switches: Switches
) -> tuple[bool, dict[str, str]] | None:
    """Return what the rule says; None where it refuses."""
    everything, state = seen(one)
    permanent = {name for name, status in state.items() if status == "PERMANENT"}
    if every is not None:
        if permanent and not every:
            return None
        everything = every
        state = dict.fromkeys(EVERY, "ON" if every else "OFF")
        state.update(dict.fromkeys(permanent, "PERMANENT"))
    for channel, on in switches:
        if channel.value in permanent:
            if not on:
                return None
        elif on:
            state[channel.value] = "ON"
        else:
            state[channel.value] = "OFF"
            everything = False
    return everything, state


BLOCKED = st.dictionaries(
    st.sampled_from(EVERY),
    st.sampled_from([["ON", None], ["PERMANENT", "STOP"], ["PERMANENT", None]]),
)
SWITCHES = st.lists(st.tuples(st.sampled_from(Channel), st.booleans()), max_size=4)


@given(every=st.booleans(), blocked=BLOCKED, switch=st.none() | st.booleans(), switches=SWITCHES)
@examples(400)
def test_every_switch_does_what_the_rule_says(
    every: bool, blocked: dict[str, Any], switch: bool | None, switches: Switches
) -> None:
    one = contact(every, blocked)
    wanted = expected(one, switch, switches)
    if wanted is None:
        with pytest.raises(Refused) as refused:
            apply(one, switch, switches)
        (problem,) = refused.value.problems
        assert problem.code is ErrorCode.DND_PERMANENT
    else:
        apply(one, switch, switches)
        assert seen(one) == wanted


def test_all_includes_channels_that_are_added_later() -> None:
    one = contact(False, {"SMS": ["ON", None]})
    apply(one, True, [])
    assert (one.do_not_disturb_all, one.blocked_channels) == (True, {})


def test_clearing_one_while_all_is_on_leaves_the_others_on_by_name() -> None:
    one = contact(True, {})
    apply(one, None, [(Channel.CALL, False)])
    assert one.do_not_disturb_all is False
    others = [name for name in EVERY if name != "CALL"]
    assert one.blocked_channels == {name: ["ON", None] for name in others}


def test_all_is_applied_before_the_channels() -> None:
    one = contact(False, {"EMAIL": ["ON", None]})
    apply(one, False, [(Channel.SMS, True)])
    assert seen(one) == (False, {name: "ON" if name == "SMS" else "OFF" for name in EVERY})


@pytest.mark.parametrize("switches", [[(Channel.SMS, True)], []])
def test_what_is_so_already_changes_nothing_stored(switches: Switches) -> None:
    """C7: such a call has no new version."""
    states: list[tuple[bool, dict[str, list[str | None]]]] = [
        (True, {}),
        (False, {"SMS": ["ON", None]}),
        (True, {"SMS": ["PERMANENT", "x"]}),
    ]
    for every, blocked in states:
        one = contact(every, dict(blocked))
        apply(one, True if every else None, switches)
        assert (one.do_not_disturb_all, one.blocked_channels) == (every, blocked)


def test_a_stored_map_is_never_changed_in_place() -> None:
    """The record as it was, for the log, holds the same map."""
    before: dict[str, list[str | None]] = {"SMS": ["ON", None]}
    for every, switches in ((True, []), (False, []), (None, [(Channel.SMS, False)])):
        one = contact(False, before)
        apply(one, every, switches)
        assert before == {"SMS": ["ON", None]}


def test_what_the_provider_said_is_shown() -> None:
    told = shown(True, {"SMS": ["PERMANENT", "STOP"]})
    by_channel = {one.channel: (one.status, one.message) for one in told.channels}
    assert by_channel["SMS"] == ("PERMANENT", "STOP")
    assert by_channel["EMAIL"] == ("ON", None)
