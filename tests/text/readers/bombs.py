"""Files that ask for far more memory or time than they have bytes."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib

from tests.text.readers import made

ZEROS = b"\0" * 1_000_000
N = 400
LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">' for n in range(10)
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def zeros(factory: object, n: int = N) -> bytes:
    """Compress `n` megabytes of zeros."""
    packer = factory
    return b"".join([*(packer.compress(ZEROS) for _ in range(n)), packer.flush()])  # type: ignore[attr-defined]


def big_zip(name: str, n: int = N, copies: int = 1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for copy in range(copies):
            with packed.open(f"{copy}{name}", "w", force_zip64=True) as member:
                for _ in range(n):
                    member.write(ZEROS)
    return out.getvalue()


def overlapping_zip() -> bytes:
    """A list of 50,000 names for one and the same member, each stating a size of 4 GB."""
    data = zlib.compress(ZEROS)[2:-4]
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(data), 0xFFFFFFF0, 5, 0) + b"a.txt" + data
    names = [f"{n}.txt".encode() for n in range(50_000)]
    central = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(data), 0xFFFFFFF0, len(name), 0, 0, 0, 0, 0, 0) + name
        for name in names
    )
    return local + central + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(names), len(names), len(central), len(local), 0)


def long_list_zip() -> bytes:
    """A list of names of 30 MB that says it has one."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    return entry * 640_000 + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entry) * 640_000, 0, 0)


def nested_zip(depth: int) -> bytes:
    inner = made.zipped({"a.txt": ZEROS})
    for _ in range(depth):
        inner = made.zipped({f"{n}.zip": inner for n in range(10)})
    return inner


def tar_of(info_size: int, kind: bytes = tarfile.REGTYPE, body: bytes = b"") -> bytes:
    info = tarfile.TarInfo("a.txt")
    info.type, info.size = kind, info_size
    return info.tobuf(tarfile.GNU_FORMAT) + body


def pdf_bomb(n: int = N) -> bytes:
    """A page whose content is megabytes of zeros, packed twice."""
    packed = zlib.compress(zeros(zlib.compressobj(9), n), 9)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (len(packed), packed)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"
    return made.assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, stream, b"<< >>"], 5)


def pdf_of_many_pages(n: int = 200_000) -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    kids = b"3 0 R " * n
    return made.assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, n), page, b"<< >>"], 4)


def bombs() -> dict[str, bytes]:
    """Return name -> bytes."""
    pax = tarfile.TarInfo("p").tobuf()
    xml = {
        "laughs": LAUGHS + "]><x>&a9;</x>",
        "outside": OUTSIDE + "<x>&e;</x>",
        "parameter": OUTSIDE.replace("e SYSTEM", "% e SYSTEM") + "<x/>",
    }
    word = {f"{name}.docx": made.zipped({"word/document.xml": text}) for name, text in xml.items()}
    container = {f"{name}.epub": made.zipped({"META-INF/container.xml": text}) for name, text in xml.items()}
    gzipped = zeros(zlib.compressobj(9, wbits=31))
    return {
        "zeros.zip": big_zip(".txt"), "many.zip": big_zip(".txt", 9, 60), "html.zip": big_zip(".html"), "overlapping.zip": overlapping_zip(),
        "list.zip": long_list_zip(), "nested.zip": nested_zip(4), "quine.zip": nested_zip(2),
        "zeros.docx": made.zipped({"word/document.xml": zeros_xml()}), "zeros.txt.gz": gzipped, "twice.txt.gz.gz": gzip.compress(gzipped),
        "zeros.jsonl.gz": gzipped, "zeros.warc.gz": gzip.compress(b"WARC/1.0\r\nContent-Length: 999999999999\r\n\r\n") + gzipped, "zeros.csv.gz": gzipped,
        "zeros.tar.gz": gzip.compress(tar_of(400_000_000)) + gzipped, "zeros.txt.bz2": zeros(bz2.BZ2Compressor()),
        "zeros.txt.xz": zeros(lzma.LZMACompressor(preset=0), 100),
        "pax.tar": tar_of(8_000_000_000, tarfile.XHDTYPE, b"9" * 10_000), "pax.tar.gz": gzip.compress(tar_of(400_000_000, tarfile.XHDTYPE)) + gzipped,
        "size.tar": tar_of(1 << 40) + pax, "longname.tar.gz": gzip.compress(tar_of(400_000_000, tarfile.GNUTYPE_LONGNAME)) + gzipped,
        "zeros.pdf": pdf_bomb(), "pages.pdf": pdf_of_many_pages(), "deep.json": b"[" * 5_000_000, "deep.html": b"<div>" * 1_500_000,
        "deep.eml": b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n" + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 100_000,
        **word, **container,
    }  # fmt: skip


def zeros_xml() -> bytes:
    """A document of 300 MB of blanks."""
    return b"<w:document xmlns:w='x'>" + b" " * 300_000_000 + b"</w:document>"
