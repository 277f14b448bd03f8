"""What is said of one Lambda function, besides its code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Resource = dict[str, Any]
"""A resource of the template, or a part of one."""


@dataclass(frozen=True)
class Function:
    """``name`` is what follows the town's prefix. ``tables`` are the allowed actions on a table or index, without
    ``dynamodb:``.

    ``at_once`` is how many may run together; 0 means as many as the account allows. ``async_``: when it fails, its
    event is kept in the dead letters. ``folders`` are the allowed actions on the bucket's folders, without ``s3:``.
    ``waits``: that it is not let run at once is how its runs wait for each other, and no alarm.
    """

    name: str
    tables: Mapping[str, tuple[str, ...]]
    mails: bool = False
    folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at_once: int = 0
    async_: bool = True
    waits: bool = False
