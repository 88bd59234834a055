"""Retrieval: lists of hits for a query, fused into one."""
