"""Fetch feeds and turn their documents into entries."""

__all__: list[str] = []
