"""Measure answers with a question set."""
