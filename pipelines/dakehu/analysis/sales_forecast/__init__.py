"""How much will be sold and how sure that is: `report` forecasts, one module per part."""

from dakehu.analysis.sales_forecast.report import SalesForecast, analyse
from dakehu.analysis.sales_forecast.series import Policy

__all__ = ["Policy", "SalesForecast", "analyse"]
