"""A card as an official would read it: described once (`description`), rendered as text, Markdown or a workbook."""
