"""What goes wrong while Zhidu is started or kept, as one line that a person can act on."""


class Failure(Exception):
    """One readable line: what is wrong and, where it is known, how to mend it; the command ends with status 1."""
