"""Who the key accounts are, what they are worth, who leaves: `report` runs one module per part."""

from dakehu.analysis.customer_value.policy import Policy
from dakehu.analysis.customer_value.report import COLUMNS, MARTS, CustomerValue, analyse

__all__ = ["COLUMNS", "MARTS", "CustomerValue", "Policy", "analyse"]
