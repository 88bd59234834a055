"""Strings and spans: read articles, clean them once, and find what stands where in their text."""
