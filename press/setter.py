"""A process of its own that sets one PDF: the document comes in as JSON, the PDF goes out, and its memory with it.

It is run by its path in an isolated interpreter, with no environment and no way back into the product.
"""

import json
import resource
import sys
from pathlib import Path

NO_FONT = 3
MOST_CPU_SECONDS = 60
MOST_MEMORY_BYTES = 4 << 30


def main() -> int:
    """Set the document on standard input; answers `NO_FONT` where its font is not on this machine."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    # Here and not above: who starts this process need not carry it.
    import typst

    job = json.load(sys.stdin.buffer)
    # A font that is missing would leave the signs out in silence.
    fonts = typst.Fonts(include_embedded_fonts=False, font_paths=job["font_directories"])
    if job["document"]["font"] not in fonts.families():
        return NO_FONT
    room = Path(__file__).parent
    compiler = typst.Compiler(root=room, font_paths=fonts, package_path=room, package_cache_path=room)
    made = compiler.compile(
        (room / job["template"]).read_bytes(),
        format="pdf",
        # The text is data to the template and never becomes a part of it.
        sys_inputs={"document": json.dumps(job["document"], ensure_ascii=False)},
        timestamp=job["at"],
    )
    assert isinstance(made, bytes)
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
