"""The authority's tools: rulebooks shown and checked."""
