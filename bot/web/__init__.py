"""Answer on HTTP: health and figures for monitoring; callbacks join here."""

__all__: list[str] = []
