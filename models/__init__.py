"""Learned parts: training sets, the additive classifier, its evaluation, registry, drift, placement; serving needs only the tables that come of it."""
