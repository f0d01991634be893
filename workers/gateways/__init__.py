"""The only outbound calls. A gateway delivers once and says how it went; when to try again is decided elsewhere."""


class TryLater(Exception):
    """It did not go out, or nobody can say that it did; the same message with the same key may go out later."""


class Undeliverable(Exception):
    """It will never go out as it is; trying again is of no use."""
