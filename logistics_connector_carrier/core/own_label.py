# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The label of a carrier that makes none: 100 × 150 mm, as ZPL for label printers and as PDF.

No web page is printed for it: that takes seconds and a program that many servers lack.
"""

import io
from dataclasses import dataclass

# Of a label printer with 203 dots an inch: eight a millimetre.
DOTS = 8
WIDTH, HEIGHT = 100, 150
MARGIN = 5


@dataclass(frozen=True, slots=True)
class Label:
    """``sender`` and ``recipient``: lines as they are printed. ``part``: such as "2/3"."""

    number: str
    carrier: str
    service: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    part: str = "1/1"
    weight: str = ""
    reference: str = ""
    order: str = ""
    day: str = ""
    is_return: bool = False
    return_word: str = "RETURN"

    @property
    def head(self):
        return f"{self.carrier} · {self.service}" if self.service else self.carrier

    @property
    def foot(self):
        return " · ".join(filter(None, (self.reference, self.order, self.day)))


def address_lines(party):
    """A party as post offices read it.

    :param core.booking.Party party:
    """
    place = " ".join(filter(None, (party.zip, party.city)))
    state = f"{place}, {party.state}" if party.state else place
    lines = (party.company, party.name, *party.lines, state, party.country)
    return tuple(dict.fromkeys(filter(None, lines)))


# -- ZPL -----------------------------------------------------------------------------------------


def zpl(label):
    """The label in the language of label printers, in UTF-8.

    :rtype: bytes
    """
    width = WIDTH * DOTS
    x, inner = MARGIN * DOTS, (WIDTH - 2 * MARGIN) * DOTS
    parts = ["^XA", "^CI28", f"^PW{width}", f"^LL{HEIGHT * DOTS}", "^LH0,0"]
    parts.append(_field(x, 40, 40, label.head, inner))
    if label.is_return:
        parts.append(_field(x, 88, 40, label.return_word, inner))
    parts += [_field(x, 140 + 28 * n, 24, text, inner) for n, text in enumerate(label.sender[:6])]
    parts.append(f"^FO{x},325^GB{inner},3,3^FS")
    parts += [
        _field(x, 350 + 58 * n, 48, text, inner) for n, text in enumerate(label.recipient[:7])
    ]
    parts.append(f"^FO{x},775^GB{inner},3,3^FS")
    parts.append(_field(x, 795, 36, f"{label.part}   {label.weight}", inner))
    # Narrow bars of three dots where they fit, of two where the number is long.
    module = 3 if len(label.number) <= 16 else 2
    parts.append(f"^FO{x},850^BY{module}^BCN,200,Y,N,N,A^FH_^FD{_escaped(label.number)}^FS")
    parts.append(_field(x, 1130, 26, label.foot, inner))
    parts.append("^XZ")
    return "\n".join(parts).encode()


def _field(x, y, height, text, width):
    # One line; what is longer than the label is printed narrower.
    count = max(len(text), 1)
    wide = min(height, int(width / count / 0.55))
    return f"^FO{x},{y}^A0N,{height},{max(wide, 10)}^FH_^FD{_escaped(text)}^FS"


def _escaped(text):
    """What the printer would take for a command, and the escape itself, by their bytes."""
    plain = "".join(one if one.isprintable() else " " for one in text)
    return "".join(f"_{ord(one):02X}" if one in "^~_\\" else one for one in plain)


# -- PDF -----------------------------------------------------------------------------------------


def pdf(labels, font=""):
    """One page for each label.

    :param labels: iterable of Label
    :param str font: path of a TrueType font with the letters of the addresses; "" for Helvetica,
        which knows Western European ones only
    :rtype: bytes
    """
    from reportlab.graphics.barcode import createBarcodeDrawing
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    name = font_name(font)
    buffer = io.BytesIO()
    # Without the time it was made: the same label is the same file.
    canvas = Canvas(buffer, pagesize=(WIDTH * mm, HEIGHT * mm), invariant=1)
    canvas.setTitle("Label")
    for label in labels:

        def write(y, size, text):
            wide = canvas.stringWidth(text, name, size) or 1
            size = min(size, size * (WIDTH - 2 * MARGIN) * mm / wide)
            canvas.setFont(name, size)
            canvas.drawString(MARGIN * mm, (HEIGHT - y) * mm, text)

        write(10, 14, label.head)
        if label.is_return:
            write(16, 14, label.return_word)
        for number, text in enumerate(label.sender[:6]):
            write(20.5 + 3.4 * number, 8, text)
        canvas.line(MARGIN * mm, (HEIGHT - 41) * mm, (WIDTH - MARGIN) * mm, (HEIGHT - 41) * mm)
        for number, text in enumerate(label.recipient[:7]):
            write(49 + 7.2 * number, 16, text)
        canvas.line(MARGIN * mm, (HEIGHT - 97) * mm, (WIDTH - MARGIN) * mm, (HEIGHT - 97) * mm)
        write(103, 12, f"{label.part}   {label.weight}")
        bars = createBarcodeDrawing(
            "Code128",
            value=label.number,
            width=(WIDTH - 2 * MARGIN) * mm,
            height=27 * mm,
            quiet=True,
            humanReadable=False,
        )
        bars.drawOn(canvas, MARGIN * mm, (HEIGHT - 134) * mm)
        write(140, 14, label.number)
        write(146, 8, label.foot)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def font_name(path):
    if not path:
        return "Helvetica"
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    name = "LogisticsLabel"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, path))
    return name
