"""robots.txt: what a site asks of programs (RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

AGENT = "article-assistant"
"""The name that a robots.txt may speak to."""
MAX_ROBOTS = 500_000
"""The RFC asks to read at least so much."""
MAX_DELAY_S = 60.0
"""A site that asks for longer pauses gets these: otherwise one line could stop a watch for a day."""


@dataclass(frozen=True)
class Robots:
    """What a site asks: which addresses to leave alone, and how long to pause between two requests."""

    text: str = ""
    closed: bool = False

    def allows(self, url: str) -> bool:
        """Say whether an address may be fetched."""
        return not self.closed and (not self.text or bool(self._parsed().can_fetch(url, AGENT)))

    def delay_s(self) -> float:
        """Return the pause that the site asks for, in seconds; 0 when it asks for none."""
        asked = self._parsed().crawl_delay(AGENT) if self.text else None
        return min(MAX_DELAY_S, float(asked or 0.0))

    def sitemaps(self) -> list[str]:
        """Return the sitemaps that the site names."""
        return [str(url) for url in self._parsed().sitemaps] if self.text else []

    def _parsed(self) -> Protego:
        return Protego.parse(self.text)


OPEN = Robots()
CLOSED = Robots(closed=True)
"""What an unreachable robots.txt means: the site may have rules that cannot be read now."""
