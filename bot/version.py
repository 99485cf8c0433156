"""The version that is installed."""

__all__ = ["version"]


def version() -> str:
    """Return marsad's version, or ``0`` from a bare source tree that is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed  # slow to import, and seldom asked for

    try:
        return installed("marsad")
    except PackageNotFoundError:
        return "0"
