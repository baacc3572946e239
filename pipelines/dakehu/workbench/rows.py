"""From a customer, a distributor or a month to the rows of the source files behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dakehu.warehouse import open_readonly
from dakehu.workbench.bench import warehouse

if TYPE_CHECKING:
    import polars as pl

LINES = """
    with months as (select month, row_number() over (order by month desc) as age from dim_months)
    select
        lines.source_file, lines.source_row, lines.order_date, lines.net_amount,
        lines.order_id, lines.line_no, lines.customer_id, customers.customer_name,
        lines.product_id, products.product_name, products.family, lines.quantity,
        lines.cost_amount, lines.distributor_id, lines.load_id
    from fct_order_lines as lines
    left join dim_customers as customers on lines.customer_id = customers.customer_id
    left join stg_products as products on lines.product_id = products.product_id
    inner join months on lines.month = months.month
    where ($customer in ('', lines.group_id, lines.customer_id))
        and ($distributor in ('', lines.distributor_id))
        and ($month = '' or strftime(lines.month, '%Y-%m') = $month)
        and ($window_months = 0 or months.age <= $window_months)
    order by lines.order_date, lines.order_id, lines.source_file, lines.source_row
"""
LEFT_OUT = """
    select source_file, source_row, reason, order_id, order_date, net_amount,
        column_name, value, fault
    from mart_customer_value__rows_left_out
    where customer_id in (
        select group_id from dim_customers where $customer in (customer_id, group_id)
    )
    order by source_file, source_row, reason
"""


def rows_behind(
    *, customer: str = "", distributor: str = "", month: str = "", window_months: int = 0
) -> pl.DataFrame:
    """The sales lines behind a figure, each with the file, row and load that it came from.

    Args:
        customer: a code as the pages show it; that of a group stands for all its parties.
        distributor: the code of who fulfilled the sale, or of a distributor that bought.
        month: a fiscal month, `2025-12`.
        window_months: only the last so many months up to the as-of date, as a page counts them.

    Raises:
        ValueError: nothing was named, or the month is no month.
        LookupError: the warehouse knows no such code.
    """
    if not (customer or distributor or month):
        raise ValueError("name a customer, a distributor or a month: rows_behind(customer=...)")
    if month and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise ValueError(f'month is "{month}": write it as 2025-12')
    with open_readonly(warehouse()) as connection:
        for kind, code in (("customer", customer), ("distributor", distributor)):
            known = "select 1 from dim_customers where $code in (customer_id, group_id) limit 1"
            if code and not connection.execute(known, {"code": code}).fetchall():
                raise LookupError(
                    f'no {kind} has the code "{code}"; look it up in dim_customers, for example '
                    f"%sql from dim_customers where customer_name like '%...%'"
                )
        values = {
            "customer": customer,
            "distributor": distributor,
            "month": month,
            "window_months": window_months,
        }
        return connection.sql(LINES, params=values).pl()


def rows_left_out(*, customer: str) -> pl.DataFrame:
    """The rows of a customer, or of its group, that no figure counts: file, row and the reason."""
    with open_readonly(warehouse()) as connection:
        return connection.sql(LEFT_OUT, params={"customer": customer}).pl()
