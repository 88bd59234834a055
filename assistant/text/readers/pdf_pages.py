"""Read the pages of a PDF: a program of its own, so that a hostile file can take neither time, memory nor the caller with it.

The file comes in on standard input, JSON goes out: `{"pages": [text, ...], "title": ..., "author": ...}` or `{"error": reason}`.
It imports nothing of the assistant and is started by `pdf.py`.
"""

import json
import sys
from contextlib import suppress

MAX_PAGES = 3_000
MAX_CHARACTERS = 10_000_000
MEMORY_BYTES = 130_000_000
"""What reading may take on top of the program and the file: pages of text take a few megabytes, pictures are not unpacked."""
PASSWORD = 4
"""How the library calls the error that a password is needed."""


def main() -> int:
    """Read a PDF and write its pages."""
    import pypdfium2  # noqa: F401  (before the limits: it counts as the program)

    data = sys.stdin.buffer.read()
    limit(int(sys.argv[1]))
    out = json.dumps(pages_of(data))
    sys.stdout.write(out)
    return 0


def limit(seconds: int) -> None:
    """Limit this process: its memory, its time, and that it writes no file."""
    with suppress(ImportError):  # Windows has no such limits; there the caller's clock is all
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(ValueError, OSError):
            most = memory_now(resource.getpagesize()) + MEMORY_BYTES
            resource.setrlimit(resource.RLIMIT_AS, (most, most))


def memory_now(page_size: int) -> int:
    """Return how many bytes of addresses this process has; a guess where the system does not say."""
    try:
        with open("/proc/self/statm") as numbers:
            return int(numbers.read().split()[0]) * page_size
    except (OSError, ValueError, IndexError):
        return 500_000_000


def pages_of(data: bytes) -> dict[str, object]:
    """Return the text of the pages, the title and the author, or the error."""
    import pypdfium2

    try:
        book = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == PASSWORD or "password" in str(error).lower()
        return {"error": "password" if locked else "damaged"}
    if len(book) > MAX_PAGES:
        return {"error": f"more than {MAX_PAGES} pages"}
    pages: list[str] = []
    left = MAX_CHARACTERS
    for number in range(len(book)):
        try:
            text = book[number].get_textpage().get_text_bounded()
        except pypdfium2.PdfiumError:
            text = ""
        left -= len(text)
        if left < 0:
            return {"error": f"more than {MAX_CHARACTERS} characters"}
        pages.append(text)
    said = book.get_metadata_dict(skip_empty=True)
    return {"pages": pages, "title": said.get("Title", ""), "author": said.get("Author", "")}


if __name__ == "__main__":
    sys.exit(main())
