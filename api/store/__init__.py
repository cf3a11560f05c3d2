"""What the service keeps: SQLite by default, PostgreSQL in production by one URL."""
