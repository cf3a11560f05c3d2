"""Batches: result frames of whole populations."""
