"""A card as one SQL statement: a rendering of the core form for analysts, beside the two back ends that decide."""
