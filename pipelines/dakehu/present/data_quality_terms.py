"""The words of the data quality report: its labels, what each block of data gives, definitions."""

from __future__ import annotations

from dakehu.present.appendix import N_, table_name
from dakehu.present.block import BlockData, Definition, definitions
from dakehu.present.text import Text

FIGURES = {
    "file_count": N_("Files read"),
    "rows": N_("Rows read, all tables"),
    "loaded": N_("Rows loaded, all tables"),
    "rejected": N_("Rows rejected, all tables"),
    "left_out": N_("Rows left out on purpose, all tables"),
    "rows_open": N_("Rows not accounted for"),
    "sales_rows": N_("Sales lines read"),
    "sales_loaded": N_("Sales lines loaded"),
    "sales_rejected": N_("Sales lines rejected"),
    "sales_left_out": N_("Sales lines left out on purpose"),
    "rejected_share": N_("Rejected share of the sales lines"),
    "amount_in": N_("Amount in the sources"),
    "amount_loaded": N_("Amount loaded"),
    "amount_rejected": N_("Amount rejected"),
    "amount_left_out": N_("Amount left out on purpose"),
    "rounding_amount": N_("Rounding to the cent"),
    "amount_open": N_("Amount not accounted for"),
    "checks_count": N_("Checks run"),
    "checks_failing": N_("Checks failing"),
    "checks_blocking": N_("Failing checks that stop a load"),
    "capability_count": N_("Blocks of the reports"),
    "capabilities_on": N_("Blocks that the data can carry"),
    "empty_months": N_("Months without a row"),
}
RULES = {
    "rejected_warn_share": N_("Rejected rows: warn from a share of"),
    "rejected_bad_share": N_("Rejected rows: alarm from a share of"),
    "low_month_share": N_("A month counts as low below this share of the usual rows"),
}
STATES = {
    "complete": N_("complete"),
    "low": N_("far fewer rows than usual"),
    "empty": N_("no rows"),
    "open": N_("not closed yet"),
}
SEVERITIES = {"block": N_("stops the load"), "warn": N_("warning")}
STATUSES = {"pass": N_("passed"), "fail": N_("not passed")}
BLOCKS = {
    "margin": N_("Margin"),
    "attainment": N_("Quota attainment"),
    "logistics": N_("Logistics platform"),
    "capital": N_("Capital platform"),
    "stock": N_("Stock and sell-through"),
    "diversion": N_("Cross-territory sales"),
    "landed_price": N_("Net landed price"),
    "wallet": N_("Share of wallet"),
    "tenders": N_("Tenders and win rate"),
    "lost_sales": N_("Lost sales"),
    "measures": N_("Uplift of measures"),
}
GIVES = {
    "margin": N_("Margin by customer, the 80/20 set by margin, customers we lose money on."),
    "attainment": N_("Attainment of every quota, for distributors, sales people and territories."),
    "logistics": N_("Freight against sales, delivery on time and in full."),
    "capital": N_("Days sales outstanding, ageing, overdue, share of cash."),
    "stock": N_("Days of inventory, sell-in against sell-out, early signs of hoarding."),
    "diversion": N_("Sales outside the granted territory, with their grade of evidence."),
    "landed_price": N_("Price after rebates, and its spread between areas."),
    "wallet": N_("Our share of what a customer buys in the category, and the room left."),
    "tenders": N_("Bids won and lost, win rate, winning price premium."),
    "lost_sales": N_("Orders cancelled or short, in money."),
    "measures": N_("What a campaign or a price rise really brought."),
}

# What the loader gives as reasons (the kinds of analysis.data_quality among them).
REASONS = (
    N_("missing"),
    N_("the expression gives nothing"),
    N_("a code that a spreadsheet has rounded"),
    N_("no date that can be read without guessing; give its format"),
    N_("no point in time"),
    N_("neither yes nor no"),
    N_("no whole number"),
    N_("no number, or too large"),
    N_("repeats an earlier row"),
    N_("wrong number of fields"),
)


def missing_columns(text: Text, missing: str | None) -> str | None:
    """`orders.cost, quotas.amount` with the tables in words; None when nothing is missing."""
    if not missing:
        return None
    parts = [name.strip().partition(".") for name in missing.split(",")]
    return text("; ").join(
        text("{column} ({table})", column=column, table=table_name(text, table))
        if column
        else table_name(text, table)
        for table, _, column in parts
    )


def terms(text: Text) -> BlockData:
    """What the words of this report mean."""
    return definitions(
        Definition(
            text("Rows in = loaded + rejected + left out"),
            text("Every row of every file ends in exactly one of the three; so does its amount."),
        ),
        Definition(
            text("Rejected"),
            text(
                "A row that cannot be read as what it should be: a missing key, a text where a"
                " number or a date is due. It is kept, with file, row, column, value and reason."
            ),
        ),
        Definition(
            text("Left out on purpose"),
            text("Rows that the pipeline file excludes by a condition, such as postage or fees."),
        ),
        Definition(
            text("Without a partner"),
            text("Rows whose look-up in another file found nothing; they are loaded all the same."),
        ),
        Definition(
            text("Rounding"),
            text(
                "What rounding each line to two decimals moves; shown so that the sums agree to"
                " the cent."
            ),
            text.currency,
        ),
        Definition(
            text("Closed month"),
            text("A fiscal month that has ended by the date of the report."),
        ),
    )
