"""How much of a file that somebody has sent is read."""

from tenancy.refusals import Invalid, message

MOST_BYTES = 20 * 1024**2
# Of everything that a workbook packs, unpacked.
MOST_UNPACKED = 200 * 1024**2
MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 32_767


def too_large() -> Invalid:
    """There is more in the file than is read."""
    text = message("The file is too large: at most {most} bytes are read, and {unpacked} of what it packs.")
    return Invalid(text, {"most": MOST_BYTES, "unpacked": MOST_UNPACKED}, code="FILE_TOO_LARGE")
