-- The last month, when it has not ended by the as-of date: growth against it compares unlike with unlike.
select
    month,
    month_end
from dim_months
where not is_complete
