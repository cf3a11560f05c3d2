"""A slow, plain second reading of the rules, used only to check the product."""
