"""The sample outlets: what each has to tell, and its feed in its own format. Pure but for reading the package's own texts.

A text file an outlet: blocks parted by empty lines, of a head (`beat | topic | slug`), a title, a lead, and for some outlets
paragraphs of body. Beat 0 stands in the feed from the start; the demo tells the others one by one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import format_datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Literal
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["Outlet", "SampleEntry", "outlets", "render", "stories_of"]

Format = Literal["rss", "atom", "rdf", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An invented outlet. ``mess`` marks the one whose feed has missing, repeated and changing ids."""

    id: str
    name: str
    format: Format
    path: str
    tags: tuple[str, ...]
    encoding: str = "utf-8"
    full_text: bool = False
    mess: bool = False

    @property
    def site(self) -> str:
        """Return the outlet's home page, under a name that exists nowhere."""
        return f"https://{self.id}.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleEntry:
    """One invented news item; paragraphs of ``body`` are parted by newlines."""

    guid: str
    link: str
    title: str
    lead: str
    body: str
    topic: str
    beat: int


OUTLETS = (
    Outlet(id="alraseef", name="الرصيف", format="rss", path="/alraseef/rss.xml", tags=("pan-arab", "politics")),
    Outlet(id="almanara", name="المنارة", format="atom", path="/almanara/atom.xml", tags=("pan-arab",), full_text=True),
    Outlet(id="almadar", name="مدار برس", format="rdf", path="/almadar/index.rdf", tags=("agency",)),
    Outlet(id="alsafina", name="السفينة الاقتصادية", format="json", path="/alsafina/feed.json", tags=("economy",)),
    Outlet(
        id="alwadi", name="صوت الوادي", format="rss", path="/alwadi/rss.php", tags=("nile",), encoding="windows-1256"
    ),
    Outlet(id="almidan", name="الميدان", format="rss", path="/almidan/rss", tags=("sport", "culture"), mess=True),
    Outlet(id="alufuq", name="أفق التقنية", format="atom", path="/alufuq/feed", tags=("technology",)),
    Outlet(id="alkhalij", name="نبض الخليج", format="rss", path="/alkhalij/rss.xml", tags=("gulf",), full_text=True),
)


def outlets() -> tuple[Outlet, ...]:
    """Return all sample outlets."""
    return OUTLETS


def stories_of(outlet_id: str) -> tuple[SampleEntry, ...]:
    """Return an outlet's entries in the order in which they are published."""
    outlet = next(outlet for outlet in OUTLETS if outlet.id == outlet_id)
    text = files("seeds").joinpath(f"articles/{outlet_id}.txt").read_text("utf-8")
    blocks = [block for block in text.split("\n\n") if block.strip() and not block.startswith("#")]
    return tuple(_entry(outlet, block.strip().split("\n")) for block in blocks)


def _entry(outlet: Outlet, lines: list[str]) -> SampleEntry:
    beat, topic, slug = (part.strip() for part in lines[0].split("|"))
    return SampleEntry(
        guid=f"{outlet.id}-{slug}",
        link=f"{outlet.site}/{topic}/{slug}",
        title=lines[1],
        lead=lines[2],
        body="\n".join(lines[2:]) if outlet.full_text else "",
        topic=topic,
        beat=int(beat),
    )


def render(outlet: Outlet, entries: Sequence[SampleEntry], dates: Sequence[datetime]) -> tuple[bytes, str]:
    """Return an outlet's feed with these entries under these dates: the document, and its content type."""
    writers = {"rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json}
    return writers[outlet.format](outlet, list(zip(entries, dates, strict=True)))


Dated = list[tuple[SampleEntry, "datetime"]]


def _rss(outlet: Outlet, dated: Dated) -> tuple[bytes, str]:
    items = "".join(
        f"<item><title>{_title(outlet, entry)}</title><link>{escape(_link(outlet, entry, number))}</link>"
        f"{_guid(outlet, entry, number)}<description>{escape(entry.lead)}</description>"
        f"{_content(entry)}<pubDate>{format_datetime(date)}</pubDate></item>\n"
        for number, (entry, date) in enumerate(dated)
    )
    text = (
        f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n'
        f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"{_base(outlet)}><channel>'
        f"<title>{escape(outlet.name)}</title><link>{outlet.site}</link><language>ar</language>\n{items}</channel></rss>\n"
    )
    return text.encode(outlet.encoding, "xmlcharrefreplace"), f"application/rss+xml; charset={outlet.encoding}"


def _base(outlet: Outlet) -> str:
    """Return what the relative links of a messy outlet are relative to: its site, not the machine that serves the feed."""
    return f" xml:base={quoteattr(outlet.site + '/')}" if outlet.mess else ""


def _title(outlet: Outlet, entry: SampleEntry) -> str:
    title = (
        escape(entry.title.replace("«", '"').replace("»", '"'), {'"': "&quot;"}) if outlet.mess else escape(entry.title)
    )
    return title.replace("&quot;", "&amp;quot;")


def _link(outlet: Outlet, entry: SampleEntry, number: int) -> str:
    if not outlet.mess:
        return entry.link
    path = entry.link.removeprefix(outlet.site)
    return f"{path}?utm_source=rss&utm_medium=feed" if number % 2 else f"{entry.link}?utm_campaign=home#top"


def _guid(outlet: Outlet, entry: SampleEntry, number: int) -> str:
    """A messy outlet gives some entries no id, and numbers the others by their place, so that the ids move on."""
    if not outlet.mess:
        return f'<guid isPermaLink="false">{entry.guid}</guid>'
    return "" if number % 3 == 0 else f'<guid isPermaLink="false">{1 + number // 2}</guid>'


def _content(entry: SampleEntry) -> str:
    if not entry.body:
        return ""
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in entry.body.split("\n"))
    return f"<content:encoded>{escape(paragraphs)}</content:encoded>"


def _atom(outlet: Outlet, dated: Dated) -> tuple[bytes, str]:
    newest = dated[0][1].isoformat() if dated else "2026-01-01T00:00:00+00:00"
    items = "".join(
        f"<entry><id>tag:{outlet.id}.example,2026:{entry.guid}</id><title>{escape(entry.title)}</title>"
        f"<link href={quoteattr(entry.link)}/><updated>{date.isoformat()}</updated><published>{date.isoformat()}</published>"
        f"<summary>{escape(entry.lead)}</summary>{_atom_content(entry)}</entry>\n"
        for entry, date in dated
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar">'
        f"<id>{outlet.site}/</id><title>{escape(outlet.name)}</title><updated>{newest}</updated>\n{items}</feed>\n"
    )
    return text.encode(), "application/atom+xml; charset=utf-8"


def _atom_content(entry: SampleEntry) -> str:
    if not entry.body:
        return ""
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in entry.body.split("\n"))
    return f'<content type="html">{escape(paragraphs)}</content>'


def _rdf(outlet: Outlet, dated: Dated) -> tuple[bytes, str]:
    listed = "".join(f"<rdf:li rdf:resource={quoteattr(entry.link)}/>" for entry, _ in dated)
    items = "".join(
        f"<item rdf:about={quoteattr(entry.link)}><title>{escape(entry.title)}</title><link>{escape(entry.link)}</link>"
        f"<description>{escape(entry.lead)}</description><dc:date>{date.isoformat()}</dc:date></item>\n"
        for entry, date in dated
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel rdf:about={quoteattr(outlet.site)}><title>{escape(outlet.name)}</title><link>{outlet.site}</link>"
        f"<description>{escape(outlet.name)}</description><items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}</rdf:RDF>\n"
    )
    return text.encode(), "application/rdf+xml; charset=utf-8"


def _json(outlet: Outlet, dated: Dated) -> tuple[bytes, str]:
    items = [
        {
            "id": entry.guid,
            "url": entry.link,
            "title": entry.title,
            "summary": entry.lead,
            "content_text": entry.body or entry.lead,
            "date_published": date.isoformat(),
        }
        for entry, date in dated
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": outlet.site,
        "language": "ar",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode(), "application/feed+json"
