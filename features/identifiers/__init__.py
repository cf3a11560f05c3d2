"""Identifiers and classifications: USCC, regions, industry codes, registered capital."""
