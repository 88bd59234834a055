"""XML without its dangers: no entities, no document type, nothing fetched."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element as Element

from assistant.errors import UnreadableArticle

__all__ = ["Element", "parse", "refuse_declarations"]

BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
"""What may stand before the document type and the first element: declarations can stand nowhere else."""
HIDING = re.compile(rb"encoding\s*=\s*[\"'](?:utf-?7|utf-?16|utf-?32|ucs|ebcdic|ibm|cp037)", re.IGNORECASE)
DOCTYPE = re.compile(rb"<!\s*DOCTYPE[^<>\[\]]*>", re.IGNORECASE)


def refuse_declarations(data: bytes) -> bytes:
    """Return an XML document without its plain document type (`<!DOCTYPE html>`); one that declares anything is refused.

    Raises:
        UnreadableArticle: it declares entities, or is in an encoding that hides whether it does.
    """
    if b"\0" in data[:4] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16 or UTF-32: the checks below must see the characters
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError as error:
            raise UnreadableArticle("is no valid XML", "get the file again") from error
        data = re.sub(rb"^(?:\xef\xbb\xbf)?<\?xml[^>]*\?>", b"", data)
    if HIDING.search(data[:200]):
        raise UnreadableArticle("is XML in an encoding that is not read", "save it as UTF-8")
    before = BEFORE.match(data)
    at = before.end() if before else 0
    if plain := DOCTYPE.match(data, at):
        data = data[:at] + data[plain.end() :]
        before = BEFORE.match(data)
        at = before.end() if before else 0
    if data[at : at + 2] == b"<!":
        raise UnreadableArticle("declares entities of its own, which is how XML is misused", "save the article in another format")
    return data


def parse(data: bytes) -> Element:
    """Return the root of an XML document, read without entities and without what lies outside of it.

    Raises:
        UnreadableArticle: it is not well formed, or declares entities.
    """
    data = refuse_declarations(data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableArticle("is no valid XML", "get the file again") from error
    if root is None:
        raise UnreadableArticle("is no valid XML", "get the file again")
    return root
