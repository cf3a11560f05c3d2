"""Indicators: each defined once, symbolically, in one small module a subject."""
