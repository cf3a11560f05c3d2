"""What belongs to one bank: its matrix of innovation and distress, and how its grades have held."""
