"""The web chat: answers on one side, the article with the cited sentence highlighted on the other."""
