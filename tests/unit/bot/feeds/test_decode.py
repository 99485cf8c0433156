"""Arabic feeds as servers send them: every variant must be read as its author wrote it."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.decode import decode, repaired

TEXT = "قالت وزارة الخارجية إن المباحثات مع الوفد الزائر تناولت ملف الحدود، وإن الجولة المقبلة تعقد في آب؟"
QUOTED = "قال الوزير «لن نقبل» ثم غادر القاعة"
SHORT = "هدنة"
ENGLISH = "The minister called it “a beginning” — no more."
FRENCH = "Le ministre a été reçu à l'Élysée où il a évoqué la trêve."
RUSSIAN = "Министр заявил, что переговоры о перемирии будут продолжены на следующей неделе."
GREEK = "Ο υπουργός δήλωσε ότι οι συνομιλίες για την εκεχειρία θα συνεχιστούν την επόμενη εβδομάδα."
TURKISH = "Bakan, ateşkes görüşmelerinin önümüzdeki hafta süreceğini söyledi."
PERSIAN = "وزیر گفت گفتگوها دربارهٔ آتش‌بس پس از چند روز پیگیری می‌شود"


def feed(text: str = TEXT, declared: str | None = None) -> str:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>\n" if declared else "<?xml version='1.0'?>\n"
    return f"{declaration}<rss version='2.0'><channel><title>News</title><item><title>{text}</title></item></channel></rss>"


def header(charset: str | None) -> str | None:
    return f"text/xml; charset={charset}" if charset else None


VARIANTS: dict[str, tuple[str, str, str | None, str | None]] = {
    # name: text, encoding in truth, declared in the document, said by the header
    "utf-8 declared": (TEXT, "utf-8", "utf-8", "utf-8"),
    "utf-8, nothing said": (TEXT, "utf-8", None, None),
    "utf-8, header of an unconfigured server": (TEXT, "utf-8", "utf-8", "iso-8859-1"),
    "utf-8, header says windows-1256": (TEXT, "utf-8", "utf-8", "windows-1256"),
    "utf-8, document says windows-1256": (TEXT, "utf-8", "windows-1256", None),
    "utf-8, document says iso-8859-6": (TEXT, "utf-8", "iso-8859-6", None),
    "utf-8, document says utf-16": (TEXT, "utf-8", "utf-16", None),
    "utf-8, header says utf-16le": (TEXT, "utf-8", None, "utf-16le"),
    "utf-8, unknown encoding declared": (TEXT, "utf-8", "x-arabic-9", "none"),
    "utf-8 with a mark": (TEXT, "utf-8-sig", None, None),
    "utf-8 with a mark, declared windows-1256": (TEXT, "utf-8-sig", "windows-1256", "windows-1256"),
    "windows-1256 declared": (TEXT, "cp1256", "windows-1256", None),
    "windows-1256 by another name": (TEXT, "cp1256", "CP-1256", None),
    "windows-1256 in the header": (TEXT, "cp1256", None, '"Windows-1256"'),
    "windows-1256, nothing said": (TEXT, "cp1256", None, None),
    "windows-1256 declared utf-8": (TEXT, "cp1256", "utf-8", None),
    "windows-1256, header says utf-8": (TEXT, "cp1256", "windows-1256", "utf-8"),
    "windows-1256 declared iso-8859-1": (TEXT, "cp1256", "iso-8859-1", "iso-8859-1"),
    "windows-1256 declared windows-1252": (TEXT, "cp1256", "windows-1252", None),
    "windows-1256 declared iso-8859-6": (TEXT, "cp1256", "iso-8859-6", None),
    "windows-1256 declared windows-1251": (TEXT, "cp1256", "windows-1251", None),
    "windows-1256, one word": (SHORT, "cp1256", None, None),
    "windows-1256 with quotation marks": (QUOTED, "cp1256", None, "iso-8859-1"),
    "windows-1256 in Persian": (PERSIAN.replace("ی", "ي").replace("ٔ", ""), "cp1256", None, None),
    "iso-8859-6 declared": (TEXT, "iso-8859-6", "iso-8859-6", None),
    "iso-8859-6 by another name": (TEXT, "iso-8859-6", "arabic", None),
    "iso-8859-6, nothing said": (TEXT, "iso-8859-6", None, None),
    "iso-8859-6 declared windows-1256": (TEXT, "iso-8859-6", "windows-1256", None),
    "iso-8859-6 declared utf-8": (TEXT, "iso-8859-6", "utf-8", "utf-8"),
    "utf-16 with a mark": (TEXT, "utf-16", "utf-16", None),
    "utf-16-le without a mark": (TEXT, "utf-16-le", "utf-16", None),
    "utf-16-be without a mark, nothing said": (TEXT, "utf-16-be", None, None),
    "utf-32 with a mark": (TEXT, "utf-32", None, None),
    "English in windows-1252": (ENGLISH, "cp1252", "windows-1252", None),
    "English in windows-1252 declared iso-8859-1": (ENGLISH, "cp1252", "iso-8859-1", "iso-8859-1"),
    "French in iso-8859-1": (FRENCH, "iso-8859-1", "iso-8859-1", None),
    "French in iso-8859-15": (FRENCH, "iso-8859-15", None, "iso-8859-15"),
    "Russian in windows-1251": (RUSSIAN, "cp1251", "windows-1251", None),
    "Greek in iso-8859-7": (GREEK, "iso-8859-7", "iso-8859-7", None),
    "Turkish in iso-8859-9": (TURKISH, "iso-8859-9", "iso-8859-9", None),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_feed_is_read_as_its_author_wrote_it(variant: str) -> None:
    text, encoding, declared, said = VARIANTS[variant]
    body = feed(text, declared).encode(encoding)
    read, _ = decode(body, header(said))
    assert f"<title>{text}</title>" in read


def test_the_encoding_is_named() -> None:
    assert decode(feed().encode("cp1256"))[1] == "windows-1256"
    assert decode(feed().encode("iso-8859-6"))[1] == "iso-8859-6"
    assert decode(feed().encode())[1] == "utf-8"


@pytest.mark.parametrize("said", [None, "utf-8", "iso-8859-1", "windows-1256", "iso-8859-2"])
@pytest.mark.parametrize("bad", [b"\xff", b"\xd8", b"\x80", b"\xc7"])
def test_one_invalid_byte_spoils_one_character_and_no_more(said: str | None, bad: bytes) -> None:
    before, after = feed(declared=said).split("الوفد")
    read, encoding = decode(before.encode() + "الو".encode() + bad + "فد".encode() + after.encode(), header(said))
    assert encoding == "utf-8"
    assert read == f"{before}الو\ufffdفد{after}"


def test_a_document_cut_in_the_middle_of_a_letter_keeps_the_rest() -> None:
    body = feed().encode()
    cut = body[: body.index("الحدود".encode()) + 3]
    read, encoding = decode(cut, header("utf-8"))
    assert encoding == "utf-8"
    assert TEXT[:40] in read


def test_quotation_marks_pasted_in_another_encoding_are_read() -> None:
    body = feed("قال “نعم” ثم صمت").encode().replace("“".encode(), b"\x93").replace("”".encode(), b"\x94")
    assert "قال “نعم” ثم صمت" in decode(body)[0]


def test_an_entry_in_another_encoding_than_the_rest_is_read() -> None:
    whole = feed(TEXT).encode()
    strange = "<item><title>ضرب زلزال ساحل البحر ولا أنباء عن إصابات</title></item>"
    body = whole.replace(b"</channel>", strange.encode("cp1256") + b"</channel>")
    read, _ = decode(body, header("utf-8"))
    assert TEXT in read
    assert strange in read


@pytest.mark.parametrize(
    "name", ["utf-7", "idna", "punycode", "base64", "rot13", "hex", "zlib", "unicode_escape", "undefined", "mbcs"]
)
def test_an_encoding_that_no_feed_has_is_not_believed(name: str) -> None:
    assert decode(feed(TEXT, name).encode("cp1256"))[0] == feed(TEXT, name)


@pytest.mark.parametrize("encoding", ["cp1256", "cp1252", "iso-8859-1"])
@pytest.mark.parametrize("text", [TEXT, QUOTED, "عاجل", "غزة: 12 قتيلًا في قصف (2024)", "«هدنة»… و٣ شروط"])
def test_text_that_was_encoded_twice_is_repaired(encoding: str, text: str) -> None:
    twice = "".join(_read(byte, encoding) for byte in text.encode())
    assert repaired(twice) == text


def _read(byte: int, encoding: str) -> str:
    letter = bytes([byte]).decode(encoding, "replace")
    return chr(byte) if letter == "\ufffd" else letter


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        QUOTED,
        PERSIAN,
        FRENCH,
        ENGLISH,
        "اجتماع، وظع؟ غ» ط…",
        "انقطاع… طُ‌ع، باع؛ ضياع؟ إجماع» دفاع“ شجاع”",
        "ØÙÛ in an alphabet of its own: Øresund, Ûber",
        "ط¸ هو خطأ في الترميز ظهر في النص كما في ط§",
        "",
    ],
)
def test_proper_text_is_left_alone(text: str) -> None:
    assert repaired(text) == text


@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=40)))
def test_decoding_never_fails(body: bytes, said: str | None) -> None:
    text, encoding = decode(body, said)
    assert isinstance(text, str)
    assert codecs.lookup(encoding)


@given(st.text(alphabet="ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآؤئ ،؛؟.«»", min_size=1, max_size=200))
def test_whatever_is_written_in_arabic_survives_utf8_and_is_not_repaired(text: str) -> None:
    assert decode(text.encode())[0] == text
    assert repaired(text) == text


@given(
    st.lists(st.sampled_from([*TEXT.split(), *QUOTED.split()]), min_size=6, max_size=40),
    st.sampled_from(["cp1256", "iso-8859-6"]),
)
def test_words_in_an_arabic_encoding_are_read_whatever_the_header_says(words: list[str], encoding: str) -> None:
    text = " ".join(words).replace("«", "").replace("»", "")
    assert decode(feed(text).encode(encoding), header("utf-8"))[0] == feed(text)
