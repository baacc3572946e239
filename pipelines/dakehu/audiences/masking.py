"""Personal data as an audience sees it: SQL macros that keep none of it and mean the same for same.

`is_personal(t)`: the text is a telephone number, an e-mail address or the number of an identity
card. `scrubbed(t)`: the text with three asterisks in the place of each of these. `is_person(name,
code, role)`: the party is a natural person, by its identity card, or by a name of two or three
characters (four after a double surname) that begins with a frequent surname; companies of such
names are taken for one too, those known as chain, distributor, government or rival are not. What
`masked(name)` keeps is the first letter, as of every contact.
"""

from __future__ import annotations

from dakehu.sources.macros import MASKED
from dakehu.sources.relation import literal

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
DOUBLE_SURNAMES = "欧阳|司马|上官|诸葛|司徒|皇甫|慕容|令狐|夏侯|东方|尉迟|公孙"
PERSON = (
    rf"(?:[{SURNAMES}]\p{{Han}}{{1,2}}|(?:{DOUBLE_SURNAMES})\p{{Han}}{{1,2}})(?:先生|女士|小姐)?"
)
IDENTITY = r"[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
TELEPHONE = r"(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]\d{7,8}"
MAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
TRACES = rf"{MAIL}|{IDENTITY}|{TELEPHONE}"
OTHERWISE_KNOWN = ("chain_ka", "distributor", "government", "competitor")

# RE2 looks neither back nor ahead, so the sign before and after a number is taken and given back.
MACROS = f"""
{MASKED}
create or replace temp macro is_personal(t) as regexp_full_match(trim(t), {literal(TRACES)});
create or replace temp macro scrubbed_once(t) as regexp_replace(
    t, {literal(rf"(^|[^0-9A-Za-z])(?:{TRACES})($|[^0-9A-Za-z])")}, '\\1***\\2', 'g');
create or replace temp macro scrubbed(t) as scrubbed_once(scrubbed_once(t));
create or replace temp macro is_person(name, code, role) as coalesce(
    regexp_full_match(code, {literal(IDENTITY)})
    or (coalesce(role, '') not in {OTHERWISE_KNOWN}
        and regexp_full_match(replace(name, ' ', ''), {literal(PERSON)})), false);
"""
