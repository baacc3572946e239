-- One row per distributor that the master data describes beside its row in customers.
select
    customer_id as distributor_id,
    contract_start,
    contract_end,
    level as distributor_level,
    capacity_amount,
    warehouse_m2,
    vehicles,
    own_capital as own_capital_amount,
    declared_total_sales as declared_sales_amount,
    declared_opex as declared_opex_amount
from loaded.distributors
