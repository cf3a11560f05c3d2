"""Facts: schemas, intake, identifiers, indicators, snapshots, synthetic population."""
