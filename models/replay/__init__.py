"""Training sets by replay: what was known on a day, asked the same way as on the day of use, and what came after."""
