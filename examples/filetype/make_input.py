"""Writes mystery.bin: a small SQL script under a name that gives nothing away."""

from pathlib import Path

Path("mystery.bin").write_text(
    """CREATE TABLE loaves (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price NUMERIC(6, 2));
INSERT INTO loaves (name, price) VALUES ('Sourdough', 3.90), ('Rye', 4.25), ('Cinnamon bun', 2.80);
SELECT name, price FROM loaves WHERE price < 4 ORDER BY price DESC;
"""
)
