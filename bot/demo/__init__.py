"""The demo: sample outlets that publish on loopback, watched the whole real way."""

__all__: list[str] = []
