"""Draws receipt.png: a till receipt, photographed a little askew. Needs Pillow only, which brings its own font."""

from PIL import Image, ImageDraw, ImageFont

ROWS = [
    ("CORNER BAKERY", ""),
    ("12 Mill Lane, Bristol", ""),
    ("", ""),
    ("2 Sourdough loaf", "7.80"),
    ("1 Rye bread", "4.25"),
    ("3 Cinnamon bun", "8.40"),
    ("1 Flat white", "3.10"),
    ("", ""),
    ("TOTAL", "23.55"),
    ("Paid by card", "23.55"),
    ("Thank you, see you soon", ""),
]

paper = Image.new("L", (520, 560), 250)
draw = ImageDraw.Draw(paper)
font = ImageFont.load_default(size=28)
for row, (left, right) in enumerate(ROWS):
    top = 30 + row * 46
    draw.text((36, top), left, font=font, fill=40)
    draw.text((484 - draw.textlength(right, font=font), top), right, font=font, fill=40)

photo = Image.new("L", (640, 680), 120)
mask = Image.new("L", paper.size, 255).rotate(4, expand=True)
tilted = paper.rotate(4, expand=True, resample=Image.Resampling.BICUBIC)
photo.paste(tilted, ((photo.width - tilted.width) // 2, (photo.height - tilted.height) // 2), mask)
photo.save("receipt.png", optimize=True)
