"""What we refuse, and the facts of the refusal. No sentences here: pages find the words."""


class NotFound(LookupError):
    """The thing does not exist, or it belongs to another family. The two must look the same."""


class BadForm(ValueError):
    """A form that no page of ours could have sent. ``args[0]`` is a short name of the fault, for the log and the
    page."""


class Unavailable(RuntimeError):
    """A service that we need does not answer; trying again later may work."""


class Crowded(Unavailable):
    """Other requests wrote at each try, until there was no time left. The last thing that was asked was not written."""


class StaleWrite(RuntimeError):
    """Somebody else wrote first: read again and decide again."""


class SessionExpired(RuntimeError):
    """Nobody is signed in, or the session has ended."""


class Throttled(RuntimeError):
    """Too many attempts by one person or address; they are allowed again after some time."""
