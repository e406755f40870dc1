"""Draws seven.png: a seven, as a felt pen would."""

from PIL import Image, ImageDraw

page = Image.new("L", (160, 160), 255)
pen = ImageDraw.Draw(page)
strokes = [(48, 40), (76, 38), (112, 36), (98, 66), (84, 96), (74, 128)]
pen.line(strokes, fill=30, width=14, joint="curve")
for x, y in (strokes[0], strokes[-1]):
    pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill=30)
page.save("seven.png", optimize=True)
