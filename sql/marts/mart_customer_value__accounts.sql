-- One row per customer group and month: what it was invoiced and what it paid, and how; tax included.
with invoices as (select * from stg_invoices),

payments as (select * from stg_payments),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

moves as (
    select
        customer_id,
        invoice_date as move_date,
        amount as invoiced_amount,
        cast(0 as decimal(18, 2)) as received_amount,
        cast(0 as decimal(18, 2)) as matured_amount,
        cast(null as varchar) as method
    from invoices
    union all
    select
        customer_id,
        pay_date as move_date,
        cast(0 as decimal(18, 2)) as invoiced_amount,
        amount as received_amount,
        cast(0 as decimal(18, 2)) as matured_amount,
        coalesce(method, 'transfer') as method
    from payments
    union all
    -- A bill turns into money when it falls due; one that does not say when counts at once.
    select
        customer_id,
        greatest(coalesce(bill_due_date, pay_date), pay_date) as move_date,
        cast(0 as decimal(18, 2)) as invoiced_amount,
        cast(0 as decimal(18, 2)) as received_amount,
        amount as matured_amount,
        cast(null as varchar) as method
    from payments
    where method in ('bank_acceptance', 'commercial_acceptance')
),

final as (
    select
        coalesce(customers.group_id, moves.customer_id) as customer_id,
        coalesce(calendar.month, cast(date_trunc('month', moves.move_date) as date)) as month,
        sum(moves.invoiced_amount) as invoiced_amount,
        sum(moves.received_amount) as received_amount,
        sum(case when moves.method in ('cash', 'transfer', 'prepaid') then moves.received_amount else 0 end)
            as cash_amount,
        sum(case when moves.method = 'prepaid' then moves.received_amount else 0 end) as prepaid_amount,
        sum(
            case
                when moves.method in ('bank_acceptance', 'commercial_acceptance')
                    then moves.received_amount
                else 0
            end
        ) as bill_amount,
        sum(moves.matured_amount) as matured_amount
    from moves
    cross join run
    left join customers on moves.customer_id = customers.customer_id
    left join calendar on moves.move_date = calendar.calendar_date
    where moves.move_date <= run.as_of
    group by 1, 2
)

select * from final
