"""How fast the product is, held against what must be done at least and against other ways to do the same."""
