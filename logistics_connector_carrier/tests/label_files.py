"""Labels as carriers send them, small."""

import io

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas


def make_pdf(size=(288, 432), text="1Z"):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    canvas.drawString(20, 20, text)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def make_picture(form, size, dpi=None):
    image = Image.new("1", size, 1)
    draw = ImageDraw.Draw(image)
    for place in range(10, size[0] - 10, 7):
        draw.rectangle((place, 10, place + 2, size[1] // 2), fill=0)
    out = io.BytesIO()
    image.save(out, format=form, **({"dpi": (dpi, dpi)} if dpi else {}))
    return out.getvalue()


def make_zpl(text):
    return f"^XA^FO60,200^A0N,40^FD{text}^FS^XZ\n".encode()
