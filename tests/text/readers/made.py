"""Tiny files of each kind, made by hand, so that no library stands between the test and the bytes."""

import io
import tarfile
import zipfile
from email.message import EmailMessage

PARAGRAPHS = [
    "The harbour bridge was closed to all traffic on Monday after inspectors found cracks in three hangers.",
    '"We will not open it before every hanger is replaced," said Mayor Ana Duarte in a statement on Monday evening.',
    "Ferries run every ten minutes until the repair is finished, which the city expects to happen in early spring.",
]
STORY = "\n".join(PARAGRAPHS)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(pages: list[list[str]], info: dict[str, str] | None = None) -> bytes:
    """Write a PDF with one font and the given lines on each page."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    add(b"<< /Type /Catalog /Pages 2 0 R >>")
    add(b"")
    font = add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    for lines in pages:
        shown = b"BT /F1 11 Tf 14 TL 60 760 Td\n"
        for line in lines:
            escaped = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
            shown += b"(" + escaped.encode("cp1252", "replace") + b") Tj T*\n"
        shown += b"ET"
        stream = add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown))
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 %d 0 R >> >> /Contents %d 0 R >>"
        kids.append(add(page % (font, stream)))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    said = b" ".join(b"/%s (%s)" % (key.encode(), value.encode()) for key, value in (info or {}).items())
    about = add(b"<< " + said + b" >>")
    return assembled(objects, about)


def assembled(objects: list[bytes], about: int) -> bytes:
    """Put PDF objects in a file with their table."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, about, start)
    return bytes(out)


def zipped(members: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    """Write a TAR, `w:gz` and the like for a compressed one."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as packed:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return out.getvalue()


def docx(body: str, core: str = "") -> bytes:
    """Write a DOCX with the given paragraphs, as WordprocessingML."""
    story = f'<?xml version="1.0"?><w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    members: dict[str, bytes | str] = {"[Content_Types].xml": "<Types/>", "word/document.xml": story}
    if core:
        members["docProps/core.xml"] = (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
            f' xmlns:dc="http://purl.org/dc/elements/1.1/">{core}</cp:coreProperties>'
        )
    return zipped(members)


def epub(parts: dict[str, str], about: str = "") -> bytes:
    """Write an EPUB whose parts stand in the given order."""
    items = "".join(f'<item id="p{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(parts))
    order = "".join(f'<itemref idref="p{n}"/>' for n in range(len(parts)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{about}</metadata><manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
    )
    members: dict[str, bytes | str] = {"mimetype": "application/epub+zip", "META-INF/container.xml": container}
    members["OEBPS/content.opf"] = package
    return zipped(members | {f"OEBPS/{name}": page for name, page in parts.items()})


def message(text: str, subject: str = "Bridge closed", html: str = "") -> bytes:
    """Write an e-mail."""
    mail = EmailMessage()
    mail["From"] = "Coast Courier <news@coast.example>"
    mail["Subject"] = subject
    mail["Date"] = "Mon, 12 Feb 2024 08:30:00 +0100"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def page(title: str = "Bridge closed", paragraphs: list[str] | None = None, head: str = "", tail: str = "") -> str:
    """Write an HTML page with a story."""
    story = "".join(f"<p>{paragraph}</p>" for paragraph in (PARAGRAPHS if paragraphs is None else paragraphs))
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{story}</article>{tail}</body></html>"


def warc(*records: tuple[str, str, bytes]) -> bytes:
    """Write a WARC from (type, address, block)."""
    out = b""
    for kind, url, block in records:
        head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nContent-Length: {len(block)}\r\n"
        out += head.encode() + b"\r\n" + block + b"\r\n\r\n"
    return out


def response(body: bytes, status: str = "200 OK", headers: str = "Content-Type: text/html; charset=utf-8") -> bytes:
    """Write an HTTP response as a crawler keeps it."""
    return f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body
