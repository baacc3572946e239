"""The SQL of a pipeline file: one expression over the columns of the file, and nothing else."""

from pathlib import Path

import pytest

from dakehu.sources import LoadError
from small_company import HEADER, LINE, loaded, orders, rows


def expressed(folder: Path, sql: str, options: str = "") -> list[tuple]:
    connection = loaded(
        folder,
        {"orders.csv": HEADER + LINE},
        orders(options=options, quantity=f"{{ sql = '''{sql}''' }}"),
    )
    return rows(connection, "select quantity from loaded.order_lines")


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("number(quantity) * 12 -- bottles in a box", 24),
        ("/* two */ 2", 2),
        ("case when customer = 'C1' then 7 else 8 end", 7),
        ("number(\"quantity\") + length('; drop table x')", 16),
        ("day(date_of(date))", 5),
        ("list_transform([quantity], lambda q: number(q) + 1)[1]", 3),
    ],
)
def test_expressions(tmp_path: Path, sql: str, value: int) -> None:
    assert expressed(tmp_path, sql) == [(value,)]


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("1; drop table loaded.files", "must be one SQL expression"),
        ("(select 1)", "must be one SQL expression"),
        ("1 in (select 1)", "must be one SQL expression"),
        ("exists (from loaded.files)", "must be one SQL expression"),
        ("select 1", "must be one SQL expression"),
        ("drop table loaded.files", "must be one SQL expression"),
        ("copy loaded.files to 'x'", "must be one SQL expression"),
        ("1 as quantity", "must be one SQL expression"),
        ("columns(*)", "must be one SQL expression"),
        ("", "must be one SQL expression"),
        ("read_text('/etc/passwd')", "reads from outside the file"),
        ("READ_BLOB('/etc/passwd')", "reads from outside the file"),
        ("glob('*')", "reads from outside the file"),
        ("getenv('HOME')", "reads from outside the file"),
        ("1 +", "is no SQL expression"),
        ("1) + (2", "is no SQL expression"),
        ("prize * 2", 'has no column "prize"'),
        ("no_such_function(quantity)", "no_such_function"),
        ("sum(number(quantity))", "orders.csv, [[source]] 1"),
        ("unnest([1, 2])", "orders.csv, [[source]] 1"),
    ],
)
def test_an_expression_is_one_and_reads_nothing_else(
    tmp_path: Path, sql: str, sentence: str
) -> None:
    with pytest.raises(LoadError) as raised:
        expressed(tmp_path, sql)
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("where", ["true; drop table x", "(select true)", "read_text('x') = ''"])
def test_a_where_is_an_expression_too(tmp_path: Path, where: str) -> None:
    with pytest.raises(LoadError):
        expressed(tmp_path, "2", f'where = """{where}"""')


def test_an_expression_owes_a_value_where_its_inputs_are_there(tmp_path: Path) -> None:
    text = HEADER + "A,2024-01-05,C1,P1,1,10\nB,2024-01-05,C2,P1,1,10\nC,2024-01-05,C1,P1,x,10\n"
    text += "D,2024-01-05,C1,P1,,10\n"
    role = """{ sql = "case customer when 'C1' then 'direct' end" }"""
    amount = '{ sql = "cast(quantity as int) * 2" }'
    connection = loaded(
        tmp_path,
        {"orders.csv": text},
        orders(channel=role, quantity="{ value = 1 }", net_amount=amount),
    )
    assert rows(connection, "select order_id, channel from loaded.order_lines") == [("A", "direct")]
    rejects = rows(
        connection, 'select row, "column", value, reason from loaded.rejects order by row'
    )
    assert rejects == [
        (3, "channel", "C2", "the expression gives nothing"),
        (4, "net_amount", "x", "the expression gives nothing"),
        (5, "net_amount", None, "missing"),
    ]
