"""What every route has in common: rules, refusals, limits, paging, repetition, logs, metrics."""
