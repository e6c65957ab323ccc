"""XML of Canada Post's answers, and the headers that it wants."""

from lxml import etree

from ..receiver import Answer
from .carrier import Refusal, header


def want(call, name, media):
    """Each call names its version; "*/*" is an error."""
    if header(call, name) != media:
        raise Refusal(415 if name == "Content-Type" else 406, "", "")


def add(parent, name, text=None, **attributes):
    namespace = etree.QName(parent).namespace
    child = etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    child.text = text
    return child


def as_xml(root, media, status=200):
    body = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return Answer(status, {"Content-Type": media}, body)
