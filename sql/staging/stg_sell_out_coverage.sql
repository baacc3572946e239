-- One row per span in which a distributor reported its sell-out.
select
    distributor_id,
    coverage_from,
    coverage_to
from loaded.sell_out_coverage
