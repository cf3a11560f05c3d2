"""The operator of a deployment: institutions stopped and released, health, disclosure."""
