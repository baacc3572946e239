"""All files of the demo company, one call."""

from pathlib import Path

from dakehu.demo import dealings, exports, files, ledgers, masterdata, movements
from dakehu.demo.company import Company


def everything(company: Company, folder: Path) -> list[dict[str, object]]:
    """Write every source file; return the planted faults: file, row, column, kind, outcome."""
    rows = exports.order_lines(company.lines, company.names, company.products)
    dirt = exports.write_orders(rows, folder)
    files.write_workbook(folder / "客户档案.xlsx", masterdata.workbook(company))
    movements.write_shipments(company.shipments, folder)
    movements.write_quotas(company.quotas, folder)
    movements.write_rebates(company.rebates, company.rebate_tiers, folder)
    dealings.write_downstream(company.buyers, folder)
    dirt += dealings.write_sell_out(company.sell_out, folder)
    dealings.write_stock(company.stock, company.products, folder)
    dealings.write_coverage(company.distributors, folder)
    dealings.write_scans(company.sell_out, folder)
    dealings.write_cases(folder)
    ledgers.write_invoices(company.invoices, folder)
    dirt += ledgers.write_payments(company.payments, folder)
    ledgers.write_terms_and_costs(company.credit_terms, company.costs, folder)
    ledgers.write_selling(
        company.bids, company.stages, company.activities, company.team, company.people, folder
    )
    ledgers.write_contacts(company.contacts, folder)
    ledgers.write_events(company.events, company.outages, company.rivals, folder)
    return dirt
