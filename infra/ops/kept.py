"""What a stage has that outlives its stack. A thing is the stage's by its exact name and its ``town`` tag, never by how
its name begins: ``portail-essai-nord-families`` begins like the tables of ``portail-essai``, and is another town's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.build.functions import EVERY_FUNCTION, log_of
from infra.declared import filled, template
from infra.ops.kinds import KINDS, ResourceKind, ResourceState
from infra.ops.operator import Operator
from infra.ops.stage import CannotOperate, Stage


@dataclass(frozen=True, order=True)
class Kept:
    """``type`` is CloudFormation's. ``town`` is the tag of that name; empty without one."""

    type: str
    name: str
    town: str

    @property
    def kind(self) -> ResourceKind:
        return KINDS[self.type]

    def __str__(self) -> str:
        return f"{self.kind.what} {self.name}"


def look(stage: Stage, operator: Operator) -> tuple[Kept, ...]:
    """What exists now of all that the stack lists as its own and all that the template would keep, by exact name.

    It waits for what AWS is still making or deleting. Raises CannotOperate when that does not end.
    """
    asked = {(kind, name) for kind, name in stage.resources() if kind in KINDS} | set(declared_names(stage))
    found = []
    for kind, name in sorted(asked):
        state = _settled(stage, kind, name, operator)
        if state:
            found.append(Kept(kind, name, state.town))
    return tuple(found)


def _settled(stage: Stage, kind: str, name: str, operator: Operator) -> ResourceState | None:
    return operator.wait(
        f"{KINDS[kind].what} {name}",
        lambda: KINDS[kind].state(stage, name),
        lambda state: state is None or state.ready,
    )


def declared_names(stage: Stage) -> Iterator[tuple[str, str]]:
    """CloudFormation's type and the exact name of everything that the stage's stack keeps when it goes."""
    with_mail_domain = stage.parameters.get("WithMailDomain", "yes") == "yes" and "SenderDomain" in stage.parameters
    for resource in (*template()["Resources"].values(), *map(log_of, EVERY_FUNCTION.values())):
        kind = resource.get("Type")
        if kind in KINDS and (with_mail_domain or KINDS[kind].delete):
            yield kind, filled(resource["Properties"][KINDS[kind].named], values(stage))


def values(stage: Stage) -> dict[str, str]:
    """What the names of kept things consist of."""
    return {**stage.parameters, "AWS::AccountId": stage.account}


def with_static_names(made: Mapping[str, Any], stage: Stage) -> dict[str, Any]:
    """The template with the names of all that it keeps written out: CloudFormation adopts nothing by a name that it has
    to work out."""
    resources = {}
    for logical, resource in made["Resources"].items():
        kind = KINDS.get(resource["Type"])
        named = {kind.named: filled(resource["Properties"][kind.named], values(stage))} if kind else {}
        resources[logical] = {**resource, "Properties": {**resource.get("Properties", {}), **named}}
    return {**made, "Resources": resources}


def refuse_strangers(stage: Stage, found: Iterable[Kept]) -> None:
    """Raises CannotOperate for a thing that has a name of this stage and is not tagged as the stage's."""
    for one in found:
        if one.town == stage.prefix:
            continue
        if not one.kind.delete:
            raise CannotOperate(f'{one} is held by {one.town} already: write "WithMailDomain": "no" in this stage')
        raise CannotOperate(
            f"{one} is not tagged town={stage.prefix} (its tag says {one.town or 'nothing'}): it may be another's, and "
            "nothing was done. Look at what is in it; if it is this stage's, give it that tag and begin again"
        )


def counted(stage: Stage, found: Iterable[Kept]) -> dict[Kept, int]:
    """How many items and documents each holds. They are counted now: nothing is called empty without a count."""
    return {one: one.kind.count(stage, one.name) if one.kind.count else 0 for one in found}


def in_words(counts: Mapping[Kept, int]) -> str:
    """``portail-prod-families 93, portail-prod-invoices 12: 105 in all``"""
    full = [f"{one.name} {count}" for one, count in counts.items() if count]
    if full:
        return f"{', '.join(full)}: {sum(counts.values())} items and documents in all"
    return "no item and no document in them"
