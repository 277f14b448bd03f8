"""Taking a stage down: the stack alone, or with its data. The second takes two words that say what is lost."""

from infra.ops.formation import settled, take_down
from infra.ops.kept import Kept, counted, in_words, look, refuse_strangers
from infra.ops.operator import Operator
from infra.ops.stage import CannotOperate, Stage


def destroy(stage: Stage, word: str, items: str, operator: Operator) -> None:
    """Take the stack down. Its data stay, unless ``word`` is ``delete <prefix> and all its data`` and ``items`` is how
    many items and documents there are: of these tables, this bucket and these logs, and of no others.

    Raises CannotOperate before anything is done when a word is wrong. Run again after it was ended half-way, it goes on
    from there, with the number that is there then.
    """
    whole = f"delete {stage.prefix} and all its data"
    if word not in ("", whole):
        raise CannotOperate(f"WORD={word!r} is not {whole!r}: nothing was deleted")
    settled(stage, operator)
    kept = tuple(one for one in look(stage, operator) if one.kind.delete)
    there = stage.shell() is not None
    if not there and not kept:
        raise CannotOperate(f"there is no stack {stage.prefix} in {stage.region}, and nothing that it kept")
    if word:
        refuse_strangers(stage, kept)
        _agreed(stage, whole, items, kept)
    elif not there:
        raise CannotOperate(f"there is no stack {stage.prefix} any more. {_how_to_go_on(stage, whole, kept)}")
    take_down(stage, operator)
    if not word:
        operator.say(f"The stack is gone. {_how_to_go_on(stage, whole, kept)}.")
        return
    _refuse_more(stage, int(items or 0), kept)
    for one in kept:
        if one.kind.delete:
            one.kind.delete(stage, one.name, operator)
    operator.say(
        f"The stack is gone, and with it {', '.join(map(str, kept))}. DynamoDB keeps a last backup for 35 days. Left: "
        f"the secrets in /{stage.prefix}/secrets (the pepper opens the codes of a backup), the bucket "
        f"{stage.artifacts} (zips and templates), the mail domain."
    )


def _agreed(stage: Stage, whole: str, items: str, kept: tuple[Kept, ...]) -> None:
    """Raises CannotOperate unless ``items`` is the number that is there: nobody deletes more than was counted."""
    counts = counted(stage, kept)
    total = sum(counts.values())
    if items != str(total) and (total or items):
        raise CannotOperate(
            f"there is something in it: {in_words(counts)}. Nothing was deleted. If all of it may go: "
            f'make destroy STAGE={stage.name} WORD="{whole}" ITEMS={total}'
        )


def _refuse_more(stage: Stage, agreed: int, kept: tuple[Kept, ...]) -> None:
    """Parents could write until the stack was gone, and what they wrote then nobody has looked at."""
    counts = counted(stage, kept)
    if sum(counts.values()) > agreed:
        raise CannotOperate(
            f"the stack is gone, but more was written meanwhile than the {agreed} that were named: {in_words(counts)}. "
            f"No data was deleted. make destroy again with ITEMS={sum(counts.values())}"
        )


def _how_to_go_on(stage: Stage, whole: str, kept: tuple[Kept, ...]) -> str:
    counts = counted(stage, kept)
    return (
        f"Kept: {', '.join(map(str, kept)) or 'nothing'}; {in_words(counts)}. make adopt STAGE={stage.name} makes a "
        f'new stack around it; WORD="{whole}" ITEMS={sum(counts.values())} deletes it'
    )
