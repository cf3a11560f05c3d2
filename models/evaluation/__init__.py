"""How good a learned card is, on data that it has not seen and beside what it competes with."""
