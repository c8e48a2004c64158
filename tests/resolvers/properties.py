"""How property tests run here: the same examples every time, without a clock."""

from hypothesis import HealthCheck, Phase, settings

# A fixture's database serves all examples of a test: they read it, or change it and go on.
_SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large)


def examples(count: int) -> settings:
    """Return the settings of a property test of so many examples.

    A failure is told as it was found: shrinking it would take minutes with a database.
    """
    return settings(
        deadline=None,
        max_examples=count,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=_SHARED,
    )
