"""Answers as people and programs read them: the result JSON, explanations, reasons."""
