# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Many labels as one file for each kind of printer: PDF for page printers, ZPL for label printers.

Labels are recognised by their bytes, as carriers name them wrongly. Pictures are put on pages of
their own size, without loss: bars of a barcode that JPEG has smeared are not read.
"""

import io
import logging
from dataclasses import dataclass, field

from odoo.tools.pdf import PdfFileReader, PdfFileWriter
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

_logger = logging.getLogger(__name__)

# Why a label is not in a print.
EMPTY, UNREADABLE, UNKNOWN = "empty", "unreadable", "unknown"
POINTS = 72  # an inch
# Of pictures that do not say it: label printers' own, 8 dots a millimetre.
DOTS = 203
USUAL_DOTS = range(72, 1201)
MOST_PIXELS = 40_000_000  # a page at 600 dots an inch has 35 million
PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif", b"\xff\xd8\xff": "jpeg"}


@dataclass(frozen=True, slots=True)
class Label:
    """``name``: as people know it; ``content``: bytes."""

    name: str
    content: bytes = field(repr=False)


@dataclass(slots=True)
class Sheets:
    """``pdf`` and ``zpl``: the files, None where no label is of this kind; ``broken``: [(name of
    the label, EMPTY, UNREADABLE or UNKNOWN)]."""

    pdf: bytes | None = field(default=None, repr=False)
    pages: int = 0
    pdf_labels: int = 0
    zpl: bytes | None = field(default=None, repr=False)
    zpl_labels: int = 0
    broken: list = field(default_factory=list)


def form(content: bytes) -> str:
    """pdf, png, gif, jpeg, zpl, or "" for anything else."""
    if b"%PDF-" in content[:1024]:
        return "pdf"
    for mark, name in PICTURES.items():
        if content.startswith(mark):
            return name
    if b"^XA" in content and b"^XZ" in content:
        return "zpl"
    return ""


def collate(labels) -> Sheets:
    """
    :param labels: iterable of Label, in the order of printing; read once, one after the other
    """
    sheets, pages, zpl = Sheets(), [], []
    for label in labels:
        if not label.content:
            sheets.broken.append((label.name, EMPTY))
            continue
        what = form(label.content)
        if what == "zpl":
            zpl.append(label.content.strip())
        elif not what:
            sheets.broken.append((label.name, UNKNOWN))
        else:
            try:
                pages.append(_readable(label.content) if what == "pdf" else page_of(label.content))
                sheets.pdf_labels += 1
            except Exception as error:  # whatever a carrier sent, and whatever a library says
                _logger.info("label %s cannot be printed: %s", label.name, error)
                sheets.broken.append((label.name, UNREADABLE))
    if pages:
        sheets.pdf, sheets.pages = _bound(pages)
    if zpl:
        sheets.zpl, sheets.zpl_labels = b"\n".join(zpl) + b"\n", len(zpl)
    return sheets


def _readable(content):
    """The same PDF, if all of it can be read; raises whatever is wrong with it."""
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    pages = list(reader.pages)
    if not pages or any(page.get_contents() is None for page in pages):
        raise ValueError("it has no page, or an empty one")
    for page in pages:
        page.get_contents().get_data()
    return content


def _bound(documents):
    """One PDF of several: (bytes, count of pages)."""
    if len(documents) == 1:
        return documents[0], len(PdfFileReader(io.BytesIO(documents[0]), strict=False).pages)
    writer = PdfFileWriter()
    for content in documents:
        for page in PdfFileReader(io.BytesIO(content), strict=False).pages:
            writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue(), len(writer.pages)


def page_of(content: bytes) -> bytes:
    """A picture as a PDF of one page of its own size.

    :raises ValueError, OSError: it cannot be read, or is too large
    """
    image = Image.open(io.BytesIO(content))
    if image.width * image.height > MOST_PIXELS:
        raise ValueError(f"a picture of {image.width} x {image.height} dots")
    across, down = (_dots(image, axis) for axis in (0, 1))
    # Grey is enough for black and white; what lets the page through is paper.
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        picture = image.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        image = Image.alpha_composite(paper, picture).convert("RGB")
    image = image.convert("L" if _is_grey(image) else "RGB")
    width, height = image.width * POINTS / across, image.height * POINTS / down
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height), pageCompression=1)
    canvas.drawImage(ImageReader(image), 0, 0, width, height)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _dots(image, axis):
    """Dots an inch, across (0) or down (1)."""
    try:
        dots = round(float(image.info["dpi"][axis]))
    except (KeyError, IndexError, TypeError, ValueError):
        return DOTS
    # Some write the screen's, or nonsense.
    return dots if dots in USUAL_DOTS and dots not in (72, 96) else DOTS


def _is_grey(image):
    if image.mode in ("1", "L", "I", "I;16"):
        return True
    small = image.convert("RGB").resize((64, 64))
    return all(red == green == blue for _count, (red, green, blue) in small.getcolors(4096))
