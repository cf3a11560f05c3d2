"""Rules: card language, core form, two back ends, catalogue, ladder, results."""
