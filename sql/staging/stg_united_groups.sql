-- One row per group that the parties file unites with others, and the group that speaks for all.
select
    group_id,
    head_id
from loaded.united_groups
