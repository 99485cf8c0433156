"""Laying out: comments and words stay, meaning stays, and a second time changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import RuleSource, read_rules
from rules.layout import LayoutRefused, lay_out, lay_out_lines, words_of

MESSY = """\
# رأس الملف
watchlists:
    # الأول
    -   id: arms   # معرّف
        name: "صفقات السلاح"   # اسم
        match: "سلاح ,ذخيرة،  صفقة   سلاح/ بلفظه"   # تعليق القاعدة
        sources: {include: [agency], exclude: []}
        channels: [desk]
        # قبل الاختبارات
        tests: {match: [وصل سلاح, "#غزة: سلاح"], ignore: [كتاب, 010, NO]}
    - id: two
      match:   # شجرة
        any: [هدنة, {near: [غزة, وقف], within: 5}]
        none: [كرة]


      tests:
          match:
             - هدنة    # مثال
          ignore: [x]
    - id: three
      match: |   # رأس
          \u200fسلاح ،ذخيرة # تعليق


          ليس :كرة   القدم
# ذيل
concepts:
- id: c1
  match: بيونغيانغ
"""
NEAT = """\
# رأس الملف
watchlists:
  # الأول
  - id: arms # معرّف
    name: "صفقات السلاح" # اسم
    match: |
      سلاح، ذخيرة، صفقة سلاح / بلفظه # تعليق القاعدة
    sources: {include: [agency], exclude: []}
    channels: [desk]
    # قبل الاختبارات
    tests:
      match:
        - وصل سلاح
        - "#غزة: سلاح"
      ignore:
        - كتاب
        - 010
        - NO

  - id: two
    match: # شجرة
      any:
        - هدنة
        - near:
            - غزة
            - وقف
          within: 5
      none:
        - كرة

    tests:
      match:
        - هدنة # مثال
      ignore: [x]

  - id: three
    match: |   # رأس
      سلاح، ذخيرة # تعليق

      ليس: كرة القدم

# ذيل
concepts:
  - id: c1
    match: |
      بيونغيانغ
"""


def meaning(text: str) -> object:
    files = read_rules([RuleSource(file="f", text=text)])
    assert files.mistakes == (), [str(problem) for problem in files.mistakes]
    return files.watchlists, files.concepts


def test_a_messy_file_is_laid_out_with_its_comments() -> None:
    assert lay_out(MESSY) == NEAT
    assert meaning(MESSY) == meaning(NEAT)
    assert words_of(MESSY) == words_of(NEAT)


def test_laying_out_twice_changes_nothing_more() -> None:
    assert lay_out(NEAT) == NEAT


@pytest.mark.parametrize(
    ("lines", "neat"),
    [
        ("سلاح ،ذخيرة,صفقة", "سلاح، ذخيرة، صفقة"),
        ("arms,ammo", "arms, ammo"),
        ("10,000 جندي ؛ أ", "10,000 جندي؛ أ"),
        ("ليس:كرة", "ليس: كرة"),
        ("NOT :كرة", "NOT: كرة"),
        ("ليس： كرة", "ليس: كرة"),
        ("ليس: في العنوان :كرة", "ليس: في العنوان: كرة"),
        ("سلاح/ بلفظه /مرتان", "سلاح / بلفظه / مرتان"),
        ("«سلاح ،  ذخيرة»  ،أ", "«سلاح ،  ذخيرة»، أ"),
        ("مالي / مع: باماكو ،الساحل", "مالي / مع: باماكو، الساحل"),
        ("سلاح\t\tثقيل", "سلاح ثقيل"),
        ("سلاح    # تعليق، هنا", "سلاح # تعليق، هنا"),
        ("# سطر", "# سطر"),
        ("#غزة ،#رفح", "#غزة، #رفح"),
        ("\u202bسلاح\u202c", "سلاح"),
        ("\n\nسلاح\n\n", "سلاح"),
        ("سلاح،/بلفظه", "سلاح،/بلفظه"),
    ],
)
def test_lines_get_even_spaces_heads_and_commas(lines: str, neat: str) -> None:
    assert lay_out_lines(lines) == neat
    assert lay_out_lines(neat) == neat


LINES = """\
سلاح ,ذخيرة
سلاح/ بلفظه
أ قرب  5 ب ،ج
وقف  النار ~2
«أ ، ب»، ج
مالي / مع:باماكو،الساحل
#غزة
10% ،القرار 1701
في العنوان :هدنة
ليس :كرة
إلا: براميل  متفجرة
2 على الأقل من :أ،ب
# تعليق
سلاح # تعليق
اسم  كيم جونغ أون

"""
LINE = st.sampled_from(LINES.split("\n"))
RULE = st.lists(LINE, max_size=4).map(lambda lines: ["خبر ،عاجل", *lines])
NOTE = st.sampled_from(["", " # ملاحظة", "   # ملاحظة أخرى"])


@st.composite
def files(draw: st.DrawFn) -> str:
    """A rule file as people leave them: any indentation, any style, comments anywhere."""
    step = draw(st.sampled_from([0, 2, 4]))
    rows = [draw(st.sampled_from(["# رأس\n", "", "\n"])) + "watchlists:" + draw(NOTE)]
    for number in range(draw(st.integers(1, 3))):
        pad = " " * step
        inner = pad + " " * draw(st.sampled_from([2, 4]))
        if draw(st.booleans()):
            rows.append(f"{pad}# فوق العنصر")
        rows.append(f"{pad}-{' ' * (len(inner) - len(pad) - 1)}id: w{number}{draw(NOTE)}")
        rows.append(f"{inner}name: {draw(st.sampled_from(['NO', '010', 'صفقات', '«أ»', '5:1', '~2']))}{draw(NOTE)}")
        rule = draw(RULE)
        deep = inner + " " * draw(st.sampled_from([1, 2, 5]))
        style = draw(st.sampled_from(["block", "block", "plain", "quoted", "tree"]))
        if style == "block":
            rows += [f"{inner}match: |", *(f"{deep}{line}" if line else "" for line in rule)]
        elif style == "tree":
            rows.append(f"{inner}match: {{any: [سلاح, {{near: [أ, ب], within: 5}}], none: [كرة, '#غزة']}}{draw(NOTE)}")
        elif style == "plain":
            rows.append(f"{inner}match: سلاح ،ذخيرة{draw(NOTE)}")
        else:
            rows.append(f'{inner}match: "سلاح ،ذخيرة / بلفظه"{draw(NOTE)}')
        if draw(st.booleans()):
            rows += ["", f"{inner}# قبل الاختبارات"]
        rows.append(f"{inner}tests: {{match: [سلاح, 'عاجل: سلاح'], ignore: [{{title: كتاب, source: a}}]}}{draw(NOTE)}")
        rows += [""] * draw(st.integers(0, 2))
    return "\n".join(rows) + draw(st.sampled_from(["\n", "", "\n\n", "\n# ذيل\n"]))


@settings(max_examples=60, deadline=None)
@given(files())
def test_any_file_keeps_meaning_words_and_the_second_time_its_form(text: str) -> None:
    made = lay_out(text)
    assert meaning(made) == meaning(text)
    assert words_of(made) == words_of(text)
    assert lay_out(made) == made


def test_a_comment_in_a_row_of_its_own_stays_above_what_it_speaks_of() -> None:
    text = """\
watchlists:
  - id: a
    match: رز
  # عن القمح
  # وما إليه
  - id: b
    match: "قمح" # في السطر
  - id: c
    match: ذرة
    # الأولوية
    severity: high
  - id: d
    match: | # ملاحظة
      شعير
"""
    neat = """\
watchlists:
  - id: a
    match: |
      رز

  # عن القمح
  # وما إليه
  - id: b
    match: |
      قمح # في السطر

  - id: c
    match: |
      ذرة
    # الأولوية
    severity: high

  - id: d
    match: | # ملاحظة
      شعير
"""
    assert lay_out(text) == neat
    assert lay_out(neat) == neat


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(LayoutRefused):
        lay_out("a: [b")


def test_a_latin_semicolon_between_arabic_words_turns_into_theirs() -> None:
    assert lay_out_lines("هدنة ;تهدئة, صفقة") == "هدنة؛ تهدئة، صفقة"
