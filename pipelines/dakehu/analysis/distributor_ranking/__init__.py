"""Which distributors carry the company: `report` ranks them, one module per part."""

from dakehu.analysis.distributor_ranking.marts import MARTS
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.report import DistributorRanking, analyse

__all__ = ["MARTS", "DistributorRanking", "Policy", "analyse"]
