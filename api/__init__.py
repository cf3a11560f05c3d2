"""Service: HTTP application and command line."""
