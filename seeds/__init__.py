"""Sample feeds and articles of our own writing, and the starter feed list."""

from seeds.sample_feeds import Outlet, SampleEntry, outlets, render, stories_of

__all__ = ["Outlet", "SampleEntry", "outlets", "render", "stories_of"]
