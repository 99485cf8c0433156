"""Talk to the world: feeds come in, alerts go out, people type commands."""

__all__: list[str] = []
