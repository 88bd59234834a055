"""Keep folders, feeds and sitemaps up to date in an index."""
