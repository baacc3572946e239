"""How text is read as a value: DuckDB macros that give NULL where it cannot be without guessing."""

from __future__ import annotations

from dakehu.sources.relation import literal

# Wide enough for what exports hold; a value is rounded to its column's scale only when stored.
EXACT = "DECIMAL(28,8)"

# Full-width forms as they come from Chinese input methods.
_NARROW = "0123456789,.-+()%: "
_WIDE = "".join(chr(ord(character) + 0xFEE0) for character in _NARROW[:-1]) + "\u3000"
YES = ("true", "t", "yes", "y", "1", "是")
NO = ("false", "f", "no", "n", "0", "否")
_HARD_SPACES = "\u00a0\u202f"  # what French and Swiss exports put between groups of three
# Zero-width characters come along when text is copied from a page or a chat.
BLANKS = literal(f" \t\r\n\u3000{_HARD_SPACES}\u200b\u2060\ufeff")

# Of a person's name the first letter stays, masked before or not; not even the length is told.
MASKED = "create or replace temp macro masked(t) as left(t, 1) || '**';"

MACROS = f"""
create or replace temp macro narrow(t) as trim(translate(t,
    {literal(_WIDE + _HARD_SPACES)}, {literal(_NARROW + "  ")}));

-- (1,234.50) and 1,234.50- are negative; a sign of the pipeline's currency may stand on any side.
create or replace temp macro bare(t) as regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(narrow(t), '^\\(\\s*(.*?)\\s*\\)$', '-\\1'),
    '\\s*' || signs() || '$', ''), '^([-+]?)\\s*' || signs() || '\\s*', '\\1'),
    '^([\\d.,]+)-$', '-\\1');

-- Separators go only where they stand between groups of three; then the point is a point, and where
-- the point is written otherwise a full stop is none.
create or replace temp macro plain(b, point, separator) as replace(replace(
    case when separator <> '' and regexp_full_match(
            replace(b, separator, '_'), '[-+]?\\d{{1,3}}(_\\d{{3}})+([.,]\\d*)?')
        then replace(b, separator, '') else b end,
    '.', if(point = '.', '.', '?')), point, '.');

create or replace temp macro decimal_of(p) as
    case when regexp_full_match(p, '[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?')
        then coalesce(try_cast(p as {EXACT}), try_cast(try_cast(p as double) as {EXACT})) end;

create or replace temp macro date_of(t) as list_transform([narrow(t)], lambda n: case
    when regexp_full_match(n, '[1-9]\\d{{7}}')
        then try_cast(regexp_replace(n, '(\\d{{4}})(\\d{{2}})(\\d{{2}})', '\\1-\\2-\\3') as date)
    -- A spreadsheet counts days from 1899-12-30; these are the years 1954 to 2119.
    when regexp_full_match(n, '[2-7]\\d{{4}}(\\.\\d+)?')
        then date '1899-12-30' + cast(floor(cast(n as double)) as integer)
    when regexp_full_match(n, '[1-9]\\d{{3}}年\\d{{1,2}}月')
        then try_cast(regexp_replace(n, '(\\d{{4}})年(\\d{{1,2}})月', '\\1-\\2-1') as date)
    -- A time of day may follow; one with a zone may be another day here.
    when regexp_full_match(n, '[1-9]\\d{{3}}[-/.年]\\d{{1,2}}[-/.月]\\d{{1,2}}日?'
            || '([ T]\\d[\\d:.]*( ?[AaPp][Mm])?)?')
        then try_cast(regexp_replace(n,
            '^(\\d{{4}})[-/.年](\\d{{1,2}})[-/.月](\\d{{1,2}}).*$', '\\1-\\2-\\3') as date)
    end)[1];

-- A rate as a share of 1: 13, 13% and 0.13 are the same; nobody pays a tax of 100 %, or below 0.
create or replace temp macro share_of(t) as list_filter(list_transform([decimal_of(plain(bare(
    replace(narrow(t), '%', '')), '.', ','))], lambda n: if(contains(narrow(t), '%') or n >= 1,
    n / 100, n)), lambda share: share >= 0 and share < 1)[1];

{MASKED}

create or replace temp macro flag(t) as case
    when lower(narrow(t)) in {YES} then true
    when lower(narrow(t)) in {NO} then false
    end;
"""
