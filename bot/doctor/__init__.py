"""Look for trouble before it comes: here, without network, and at Telegram and the feeds' servers."""

__all__: list[str] = []
