"""Doors: thin ways in. Each takes an `Assistant`; none holds logic."""
