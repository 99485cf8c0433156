"""Sample feeds and articles of our own writing, and the starter feed list."""

__all__: list[str] = []
