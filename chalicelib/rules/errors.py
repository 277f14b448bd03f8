"""What we refuse, and the facts of the refusal. No sentences here: pages find the words."""


class NotFound(LookupError):
    """The thing does not exist, or not for this family: the two must look the same."""


class BadForm(ValueError):
    """A form that no page of ours could have sent. ``args[0]`` is a slug for the log and the page."""


class Unavailable(RuntimeError):
    """A service that we depend on does not answer; trying again later may work."""


class Crowded(Unavailable):
    """Others wrote all the time, until there was no time left. What was asked last was not written."""


class StaleWrite(RuntimeError):
    """Somebody else wrote first; read again and decide again."""


class SessionExpired(RuntimeError):
    """Nobody is signed in, or no longer."""


class Throttled(RuntimeError):
    """Too many attempts from one subject; time unlocks it."""
