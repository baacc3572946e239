-- One row per block of the reports: can it be printed, and which columns are missing if not?
with columns as (select * from stg_columns),

mapped as (
    select
        table_name,
        column_name
    from columns
    where is_mapped
    union distinct
    -- A standard cost in the product file stands in for the cost of a line.
    select
        'order_lines' as table_name,
        'cost_amount' as column_name
    from columns
    where is_mapped and table_name = 'products' and column_name = 'std_cost'
),

needs as (
    select
        listed.block,
        listed.table_name,
        listed.column_name
    from (
        values
        ('margin', 'order_lines', 'cost_amount'),
        ('attainment', 'quotas', 'target_amount'),
        ('logistics', 'shipments', 'ship_date'),
        ('capital', 'invoices', 'amount'),
        ('capital', 'payments', 'amount'),
        ('stock', 'sell_out', 'quantity'),
        ('stock', 'inventory', 'quantity'),
        ('diversion', 'territory_grants', 'territory_id'),
        ('diversion', 'sell_out', 'ship_to_territory_id'),
        ('landed_price', 'rebates', 'accrued_amount'),
        ('wallet', 'customers', 'potential_amount'),
        ('tenders', 'bids', 'result'),
        ('lost_sales', 'order_lines', 'status'),
        ('lost_sales', 'order_lines', 'requested_date'),
        ('measures', 'events', 'start_date')
    ) as listed (block, table_name, column_name)
),

final as (
    select
        needs.block,
        count(mapped.column_name) = count(*) as is_on,
        string_agg(
            case
                when mapped.column_name is null
                    then needs.table_name || '.' || needs.column_name
            end,
            ', ' order by needs.table_name, needs.column_name
        ) as missing
    from needs
    left join mapped
        on needs.table_name = mapped.table_name and needs.column_name = mapped.column_name
    group by needs.block
)

select * from final
