"""How much will be sold and how sure that is: `report` forecasts, one module per part."""

from dakehu.analysis.sales_forecast.marts import MARTS
from dakehu.analysis.sales_forecast.policy import Policy
from dakehu.analysis.sales_forecast.report import SalesForecast, analyse

__all__ = ["MARTS", "Policy", "SalesForecast", "analyse"]
