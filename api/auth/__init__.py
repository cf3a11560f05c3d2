"""Who asks, and what they may see: roles, passwords, tokens, sessions, one tenant scope."""
