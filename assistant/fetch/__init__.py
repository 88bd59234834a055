"""Fetch what lies on the web, without being led to where nobody meant to go."""
