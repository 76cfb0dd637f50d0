"""Invented documents that a data set can be made from: no passage says what another one does."""

from __future__ import annotations

from pathlib import Path

#: (town, founder, year, two long words and what is told with them)
_TOWNS = (
    ("Harwick", "Edda Moor", 1871, "lighthouse", "shipbuilders"),
    ("Tollen", "Jan Pieters", 1702, "observatory", "clockmakers"),
    ("Brask", "Maja Lind", 1934, "greenhouses", "nurserymen"),
    ("Corvale", "Tomas Reyes", 1655, "vineyardhill", "coopersmiths"),
    ("Umber", "Ruth Hallam", 1811, "potterylane", "kilnmasters"),
    ("Selby Fen", "Owen Price", 1780, "windpumpfield", "marshkeepers"),
    ("Drossa", "Ilse Brandt", 1899, "funicularway", "quarrycutters"),
    ("Quill", "Amos Field", 1748, "papermillbank", "bookbinders"),
    ("Nordhavn", "Kari Dahl", 1926, "canneryquay", "trawlermen"),
    ("Pell", "Hugo Stern", 1840, "glasshouses", "glassblowers"),
    ("Anse", "Luc Ferrand", 1690, "saltterraces", "saltrakers"),
    ("Mirow", "Jana Novak", 1777, "amberworkshop", "ambercarvers"),
    ("Teal", "Ada Rowan", 1865, "telegraphhouse", "cablelayers"),
    ("Oss", "Piet Kuipers", 1623, "bleachingfields", "linenweavers"),
    ("Zarn", "Nils Ekman", 1908, "hydroelectrics", "turbinefitters"),
    ("Lowe", "Mary Tull", 1733, "seedwarehouses", "ploughwrights"),
)


TOWNS = len(_TOWNS)


def passage(number: int) -> str:
    """One passage of about 400 characters, on a town of its own."""
    town, founder, year, place, trade = _TOWNS[number % len(_TOWNS)]
    return (
        f"{town} was founded in {year} by {founder} beside the {place}. "
        f"For two centuries the {trade} of {town} sold their wares along the coast, and the "
        f"council of {town} paid for a road so that carts could pass in winter. "
        f"{founder} left the {place} to everybody, on the condition that no {trade} paid a toll. "
        f"When the railway came to {town}, half of the {trade} moved away, and those who stayed "
        f"by the {place} began to teach children their craft."
    )


def write_towns(folder: Path, number: int = TOWNS) -> Path:
    """Make a folder with a document for each of the first towns."""
    folder.mkdir(parents=True, exist_ok=True)
    for place in range(number):
        name = _TOWNS[place][0].replace(" ", "-").lower()
        (folder / f"{name}.txt").write_text(passage(place), encoding="utf-8")
    return folder
