"""Learned parts: none yet."""
