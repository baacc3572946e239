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
    "repaired": N_("Values mended on reading"),
    "converted": N_("Values converted as the pipeline file orders"),
    "overlapping": N_("Rows that stand in two files"),
    "overlapping_changed": N_("Of these, rows that differ"),
    "orphan_keys": N_("Foreign keys beyond their threshold"),
    "orphan_rows": N_("Foreign key values that lead nowhere"),
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
    "party_count": N_("Parties"),
    "group_count": N_("Groups of parties under one control"),
    "groups_joined": N_("Groups that the parties file has united"),
    "party_pairs": N_("Pairs of parties that wait for a decision"),
}
STATES = {
    "complete": N_("complete"),
    "low": N_("far fewer rows than usual"),
    "empty": N_("no rows"),
    "open": N_("not closed yet"),
}
SEVERITIES = {
    "block": N_("stops the load"),
    "warn": N_("warning"),
    "by_row": N_("warning, or stops the load, by how much"),
}
STATUSES = {"pass": N_("passed"), "fail": N_("not passed")}
KEY_STATUSES = {
    "pass": N_("in order"),
    "warn": N_("warning"),
    "block": N_("stops the load"),
}
CHANGES = {
    "new": N_("new file"),
    "changed": N_("changed"),
    "withdrawn": N_("withdrawn"),
    "read_again": N_("read again"),
    "unchanged": N_("as before"),
}
REPAIRS = {
    "thousands": N_("thousands separators removed"),
    "full_width": N_("full-width characters made half-width"),
    "currency_sign": N_("currency sign removed"),
    "accounting_negative": N_("accounting negative, (1.00) or 1.00-, read as -1.00"),
    "percent": N_("per cent sign read as a share"),
    "exponent": N_("number with an exponent written out"),
    "chinese_date": N_("date with 年月日"),
    "compact_date": N_("date of eight digits"),
    "excel_serial": N_("Excel serial number read as a date"),
    "month_only": N_("month without a day read as its first day"),
    "missing_mark": N_("mark for a missing value, such as - or N/A"),
    "unit": N_("converted to the unit of the table, as ordered"),
    "tax": N_("tax taken out, as ordered"),
    "factor": N_("multiplied by a factor, as ordered"),
    "codes": N_("code translated, as ordered"),
}
DECISIONS = {"same": N_("the same party"), "different": N_("two parties")}
PARTY_REASONS = (N_("same unified credit code"), N_("same name"), N_("similar name"))
BLOCKS = {
    "sales": N_("Sales"),
    "margin": N_("Margin"),
    "families": N_("Product families"),
    "industries": N_("Industry chapter"),
    "given_classes": N_("Classes by management"),
    "team": N_("Account teams"),
    "channels": N_("Channels"),
    "attainment": N_("Quota attainment"),
    "logistics": N_("Logistics platform"),
    "delivery": N_("Delivery to customers"),
    "cost_to_serve": N_("Cost to serve"),
    "capital": N_("Capital platform"),
    "ageing": N_("Ageing of receivables"),
    "structure": N_("Sell-out structure"),
    "stock": N_("Stock and sell-through"),
    "diversion": N_("Cross-territory sales"),
    "scanned": N_("Cross-territory scans"),
    "landed_price": N_("Net landed price"),
    "retail_prices": N_("Retail prices"),
    "wallet": N_("Share of wallet"),
    "tenders": N_("Tenders and win rate"),
    "buying_centre": N_("Buying centre"),
    "bid_scores": N_("Scores of tenders"),
    "proposals": N_("Proposals"),
    "stages": N_("Sales pipeline"),
    "lost_sales": N_("Lost sales"),
    "measures": N_("Uplift of measures"),
}
GIVES = {
    "sales": N_("The 80/20 set, classes, concentration, growth, churn and the forecast."),
    "margin": N_("Margin by customer, the 80/20 set by margin, customers we lose money on."),
    "families": N_("What each class buys, coverage, white space, the mix and its shift."),
    "industries": N_("Industries and what moved them, peers and lookalikes of key accounts."),
    "given_classes": N_("Who is class A for management and not by sales, and the reverse."),
    "team": N_("How steady account managers are, and who of ours comes without them."),
    "channels": N_("Share of each channel, and what selling directly saves."),
    "attainment": N_("Attainment of every quota, for distributors, sales people and territories."),
    "logistics": N_("Freight against sales, delivery on time and in full."),
    "delivery": N_("On time and in full, freight, and supply in a shortage, by class."),
    "cost_to_serve": N_("What is left of the margin after serving, and what winning cost."),
    "capital": N_("Days sales outstanding, overdue, share of cash."),
    "ageing": N_("Balances not yet due and overdue, by how long."),
    "structure": N_("Who buys from the distributors, and how much hangs on each."),
    "stock": N_("Days of inventory, sell-in against sell-out, early signs of hoarding."),
    "diversion": N_("Sales outside the granted territory, with their grade of evidence."),
    "scanned": N_(
        "Goods scanned outside the territory of their distributor: the hardest evidence."
    ),
    "landed_price": N_("Price after rebates, and its spread between areas."),
    "retail_prices": N_("Products that customers pay more for than in the shops."),
    "wallet": N_("Our share of what a customer buys in the category, and the room left."),
    "tenders": N_("Bids won and lost, win rate, winning price premium."),
    "buying_centre": N_("Which roles were met before the opening, and a veto left alone."),
    "bid_scores": N_("The judgement of raters on each tender, criterion by criterion."),
    "proposals": N_("Which level of proposal is followed by an order or a tender won."),
    "stages": N_("Cases by stage, how long they stay, how many go on."),
    "lost_sales": N_("Orders cancelled or short, in money."),
    "measures": N_("What a campaign or a price rise really brought."),
}

# What the loader gives as reasons (the kinds of analysis.data_quality among them).
REASONS = (
    N_("missing"),
    N_("the expression gives nothing"),
    N_("a code that a spreadsheet has rounded"),
    N_("a code that the map does not know"),
    N_("no date that can be read without guessing; give its format"),
    N_("no point in time"),
    N_("neither yes nor no"),
    N_("no whole number"),
    N_("no number, or too large"),
    N_("thousands or decimals"),
    N_("another currency than the pipeline's"),
    N_("repeats an earlier row"),
    N_("wrong number of fields"),
    N_("the header again"),
    N_("no JSON object"),
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
            text("Repair"),
            text(
                "A value that can be read in one way only, although it is not written as a plain"
                " number, date or code; or that the pipeline file orders to be converted."
            ),
        ),
        Definition(
            text("Foreign key"),
            text(
                "A column that names a row of another table, such as the customer of an invoice;"
                " it leads nowhere when that table has no such row."
            ),
        ),
        Definition(
            text("Group"),
            text(
                "Parties under one control, as the sources name them and the parties file unites"
                " them; customer value and concentration count a group as one."
            ),
        ),
        Definition(
            text("Likeness"),
            text(
                "Twice the characters that two names share in their order, over all their"
                " characters; company form, case, width, spaces and punctuation do not count."
                " Names with different numbers or directions are never proposed as similar."
            ),
        ),
        Definition(
            text("Closed month"),
            text("A fiscal month that has ended by the date of the report."),
        ),
    )
