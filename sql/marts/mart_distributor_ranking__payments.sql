-- One row per customer group and month with a payment that says how it was made: cash, bills, paid ahead.
with payments as (select * from stg_payments),

customers as (select * from dim_customers),

calendar as (select * from stg_calendar),

run as (select * from stg_run),

final as (
    select
        coalesce(customers.group_id, payments.customer_id) as group_id,
        calendar.month,
        sum(payments.amount) as received_amount,
        sum(case when payments.method in ('cash', 'transfer', 'prepaid') then payments.amount else 0 end)
            as cash_amount,
        sum(
            case
                when payments.method in ('bank_acceptance', 'commercial_acceptance')
                    then payments.amount
                else 0
            end
        ) as bill_amount,
        sum(case when payments.method = 'prepaid' then payments.amount else 0 end) as prepaid_amount
    from payments
    cross join run
    inner join calendar on payments.pay_date = calendar.calendar_date
    left join customers on payments.customer_id = customers.customer_id
    where payments.pay_date <= run.as_of and payments.method is not null
    group by coalesce(customers.group_id, payments.customer_id), calendar.month
)

select * from final
