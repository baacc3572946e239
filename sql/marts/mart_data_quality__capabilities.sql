-- One row per block of the reports: can it be printed, and which columns are missing if not?
with columns as (select * from stg_columns),

-- A block with several alternatives needs all columns of any one of them.
needs as (
    select listed.*
    from (
        values
        ('sales', 'L0', 1, 'order_lines', 'net_amount'),
        ('margin', 'L1', 1, 'order_lines', 'cost_amount'), ('margin', 'L1', 2, 'products', 'std_cost'),
        ('families', 'L1', 1, 'products', 'family'),
        ('industries', 'L1', 1, 'customers', 'industry_name'),
        ('given_classes', 'L1', 1, 'customer_classes', 'class_code'),
        ('team', 'L1', 1, 'account_team', 'person_id'), ('team', 'L1', 1, 'activities', 'person_id'),
        ('channels', 'L1', 1, 'order_lines', 'channel'),
        ('attainment', 'L1', 1, 'quotas', 'target_amount'),
        ('structure', 'L2', 1, 'sell_out', 'downstream_id'),
        ('logistics', 'L1', 1, 'shipments', 'ship_date'),
        ('delivery', 'L1', 1, 'shipments', 'quantity'), ('delivery', 'L1', 1, 'order_lines', 'promised_date'),
        ('delivery', 'L1', 2, 'shipments', 'quantity'),
        ('delivery', 'L1', 2, 'order_lines', 'requested_date'),
        ('cost_to_serve', 'L2', 1, 'costs', 'amount'),
        ('capital', 'L2', 1, 'invoices', 'amount'), ('capital', 'L2', 1, 'payments', 'amount'),
        ('capital', 'L2', 2, 'sell_out', 'pay_mode'),
        ('ageing', 'L2', 1, 'invoices', 'due_date'), ('ageing', 'L2', 1, 'payments', 'amount'),
        ('stock', 'L2', 1, 'sell_out', 'quantity'), ('stock', 'L2', 1, 'inventory', 'quantity'),
        ('diversion', 'L2', 1, 'territory_grants', 'territory_id'),
        ('diversion', 'L2', 1, 'sell_out', 'ship_to_territory_id'),
        ('scanned', 'L3', 1, 'scans', 'scan_territory_id'),
        ('landed_price', 'L2', 1, 'rebates', 'accrued_amount'),
        ('retail_prices', 'L3', 1, 'price_lists', 'price'),
        ('wallet', 'L1', 1, 'customers', 'potential_amount'),
        ('tenders', 'L2', 1, 'bids', 'result'),
        ('buying_centre', 'L3', 1, 'contacts', 'buying_role'),
        ('buying_centre', 'L3', 1, 'activities', 'contact_id'),
        ('proposals', 'L2', 1, 'activities', 'level'),
        ('bid_scores', 'L3', 1, 'assessments', 'score'),
        ('stages', 'L2', 1, 'stages', 'entered_at'),
        ('lost_sales', 'L1', 1, 'order_lines', 'status'),
        ('lost_sales', 'L1', 1, 'order_lines', 'requested_date'),
        ('lost_sales', 'L1', 2, 'outages', 'start_ts'),
        ('measures', 'L2', 1, 'events', 'start_date')
    ) as listed (block, level, alternative, table_name, column_name)
),

alternatives as (
    select
        needs.block,
        needs.level,
        needs.alternative,
        count(*) - count(columns.column_name) as missing_count,
        string_agg(
            case
                when columns.column_name is null
                    then needs.table_name || '.' || needs.column_name
            end,
            ', ' order by needs.table_name, needs.column_name
        ) as missing
    from needs
    left join columns
        on
            needs.table_name = columns.table_name
            and needs.column_name = columns.column_name
            and columns.is_mapped
    group by needs.block, needs.level, needs.alternative
),

ranked as (
    select
        *,
        -- Where no alternative is complete, the first one says best what is missing.
        row_number() over (
            partition by block
            order by case when missing_count = 0 then 0 else 1 end, alternative
        ) as precedence
    from alternatives
),

final as (
    select
        block,
        level,
        missing_count = 0 as is_on,
        missing
    from ranked
    where precedence = 1
)

select * from final
