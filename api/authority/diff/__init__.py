"""Two rulebooks compared: what changed in the text, and whose verdict it changes."""
