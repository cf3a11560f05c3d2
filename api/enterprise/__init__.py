"""Enterprises as everybody reads them: lists, public facts, scores, consents, the way in for their own people."""
