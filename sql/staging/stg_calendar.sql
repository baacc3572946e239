-- One row per day, with the fiscal month it belongs to.
select
    calendar.date as calendar_date,
    calendar.month,
    calendar.month_end
from loaded.calendar as calendar
