"""Executing plain subtrees by generated functions (ADR-0004).

A subtree is plain if its fields only read attributes: no arguments, no directives, no resolvers,
no abstract types. Each gets one Python function, made once a document. Everything else, and every
value that does not fit, goes the generic way, so that errors, paths and nulls stay the same.
"""

from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLOutputType
from graphql.execution import Executor
from graphql.pyutils import Path
from typing_extensions import override

from schema.compiling import Complete, Completed, Details, completed
from schema.errors import PlanFailure
from schema.planning import PagePlan, Plan, planned, planned_page


@dataclass(frozen=True)
class Plans:
    """The plans of one document by field, None where what it shows is not plain."""

    of: dict[tuple[Any, ...], Plan | None] = field(default_factory=dict)
    pages: dict[tuple[Any, ...], PagePlan | None] = field(default_factory=dict)
    failure: PlanFailure = field(default_factory=PlanFailure)


class CompilingExecutor(Executor[Any]):
    """An executor that completes plain subtrees by generated functions.

    `plans` are those of one document; they outlive the execution.
    """

    def __init__(self, *args: Any, plans: Plans | None = None, **kwargs: Any) -> None:
        """Begin with the plans that are known for the document."""
        super().__init__(*args, **kwargs)
        self.plans = plans or Plans()

    @override
    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: Details,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Return a completed value: by its plan if it has one and fits, else the generic way."""
        if type(result) is Completed:
            return result.value
        if result is not None and field_details_list[0].node.selection_set is not None:
            plan = self.plan(return_type, field_details_list)
            done = self.completed(plan.complete, result) if plan is not None else None
            if done is not None:
                return done.value
        return super().complete_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def plan(self, return_type: GraphQLOutputType, details: Details) -> Plan | None:
        """Return the plan of a field; None if what it shows is not plain."""
        key = (return_type, *(id(one.node) for one in details))
        plans = self.plans
        if key not in plans.of:
            plans.of[key] = planned(self, return_type, details, plans.failure)
        return plans.of[key]

    def page_plan(self, return_type: GraphQLOutputType, details: Details) -> PagePlan | None:
        """Return the plan of a field for cards that are JSON; None if its page is not plain."""
        key = (return_type, *(id(one.node) for one in details))
        pages = self.plans.pages
        if key not in pages:
            pages[key] = planned_page(self, return_type, details, self.plans.failure)
        return pages[key]

    def completed(self, complete: Complete, value: Any) -> Completed | None:
        """Return a value as completed by a plan; None where it has to go the generic way."""
        return completed(complete, value, self.plans.failure)

    def forget(self) -> None:
        """Let go of what refers back to the executor: nothing has to be collected then.

        Where fields were given up beside one that failed, they may still ask for it.
        """
        if not self.background_futures:
            del self.async_helpers
