"""Keep the pipeline running: poll, decide, commit, send."""

__all__: list[str] = []
