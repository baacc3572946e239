"""Queries of a pipeline file are judged before any database sees them."""

import pytest

from dakehu.sources.decoding import LoadError
from dakehu.sources.expressions import selection


@pytest.mark.parametrize(
    ("query", "is_ordered"),
    [
        ("select a, b from c", False),
        ("select a from c order by a, b;", True),
        ("select a from (select a from c order by b) d", False),
        ("with c as (select 1 as a) select a from c order by a -- by a", True),
        ("select 1 as a union all select 2 order by a", True),
        ("select a, row_number() over (order by b) from c", False),
    ],
)
@pytest.mark.parametrize("dialect", ["postgres", "mysql"])
def test_one_select_is_read(query: str, is_ordered: bool, dialect: str) -> None:
    assert bool(selection(query, dialect, "here").args.get("order")) == is_ordered


@pytest.mark.parametrize(
    ("dialect", "query"),
    [
        ("postgres", ""),
        ("postgres", "select 1; select 2"),
        ("postgres", "select 1; drop table a"),
        ("postgres", "with gone as (delete from a returning *) select * from gone"),
        ("postgres", "with a as (insert into b values (1) returning *) select * from a"),
        ("postgres", "select * into b from a"),
        ("postgres", "select * from a for update"),
        ("postgres", "copy a to program 'ls'"),
        ("postgres", "create table b as select * from a"),
        ("postgres", "call a()"),
        ("mysql", "select 1 into @a"),
        ("mysql", "select 1 into outfile '/tmp/a'"),
        ("mysql", "select 1 /*! into outfile '/tmp/a' */"),
        ("mysql", "select 1 /*M!100000 into outfile '/tmp/a' */"),
        ("mysql", "load data infile 'a' into table b"),
        ("mysql", "update a set b = 1"),
        ("postgres", "select 'open"),
    ],
)
def test_anything_else_is_refused(dialect: str, query: str) -> None:
    with pytest.raises(LoadError, match=r"^here: the query (must be one|is no) SELECT") as raised:
        selection(query, dialect, "here")
    assert "\n" not in str(raised.value)
