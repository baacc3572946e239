"""Who the key accounts are, what they are worth, who leaves: `report` runs one module per part."""

from dakehu.analysis.customer_value.card import CARD_MARTS, cards_of
from dakehu.analysis.customer_value.policy import Policy
from dakehu.analysis.customer_value.report import COLUMNS, MARTS, CustomerValue, analyse
from dakehu.analysis.customer_value.trace import trace_of

__all__ = [
    "CARD_MARTS",
    "COLUMNS",
    "MARTS",
    "CustomerValue",
    "Policy",
    "analyse",
    "cards_of",
    "trace_of",
]
