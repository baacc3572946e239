"""A public file whose addresses hold unquoted commas: 176 of its 830 rows are too long."""

import csv
from pathlib import Path

from small_company import HEAD, loaded, rows, source


def test_each_broken_line_is_named_and_the_others_load(shared: Path, tmp_path: Path) -> None:
    path = shared / "northwind_malformed" / "orders_unescaped_commas.csv"
    content = path.read_bytes()
    records = list(csv.reader(content.decode().splitlines()))
    too_long = [row for row, record in enumerate(records, 1) if len(record) != len(records[0])]
    assert (len(records), len(too_long)) == (831, 176)
    columns = {
        "order_id": '"orderID"',
        "order_date": '"orderDate"',
        "customer_id": '"customerID"',
        "product_id": '{ value = "all" }',
        "quantity": "{ value = 1 }",
        "net_amount": '"freight"',
    }
    connection = loaded(
        tmp_path,
        {"orders.csv": content},
        source("order_lines", "orders.csv", columns),
        head=HEAD.replace("2024-12-31", "1998-05-06"),
    )
    rejects = rows(connection, "select row, value, reason from loaded.rejects order by row")
    assert [row for row, _, _ in rejects] == too_long
    lines = content.decode().splitlines()
    assert [value for _, value, _ in rejects] == [lines[row - 1] for row in too_long]
    assert all("Expected Number of Columns: 14" in reason for _, _, reason in rejects)
    assert rows(connection, "select rows, loaded, rejected from loaded.files") == [(830, 654, 176)]
    good = [records[row - 1][0] for row in range(2, 832) if row not in set(too_long)]
    assert rows(connection, "select order_id from loaded.order_lines order by source_row") == [
        (order,) for order in good
    ]
