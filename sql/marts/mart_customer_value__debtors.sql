-- One row per customer group with an invoice, a payment or a credit limit: who it is and what it may owe.
with customers as (select * from dim_customers),

invoices as (select * from stg_invoices),

payments as (select * from stg_payments),

terms as (select * from stg_credit_terms),

settled as (select * from int_receivables__settled),

run as (select * from stg_run),

limits as (
    select
        terms.customer_id,
        max(terms.credit_limit) as credit_limit_amount
    from terms
    cross join run
    where
        coalesce(terms.valid_from, run.as_of) <= run.as_of
        and (terms.valid_to is null or terms.valid_to > run.as_of)
    group by terms.customer_id
),

-- A bill is paper until it falls due or is discounted.
bills as (
    select
        payments.customer_id,
        sum(payments.amount) as bills_held_amount
    from payments
    cross join run
    where
        payments.method in ('bank_acceptance', 'commercial_acceptance')
        and payments.pay_date <= run.as_of
        and payments.bill_due_date > run.as_of
    group by payments.customer_id
),

parties as (
    select customer_id from invoices
    union distinct
    select customer_id from payments
    union distinct
    select customer_id from limits
),

matched as (
    select
        group_id,
        sum(case when is_first_in_first_out then amount else 0 end) as fifo_amount
    from settled
    where debit_no is not null and credit_no is not null
    group by group_id
),

groups as (
    select
        coalesce(customers.group_id, parties.customer_id) as customer_id,
        max(coalesce(customers.group_name, parties.customer_id)) as customer_name,
        max(coalesce(customers.group_role, 'customer')) as role,
        sum(limits.credit_limit_amount) as credit_limit_amount,
        sum(bills.bills_held_amount) as bills_held_amount
    from parties
    left join customers on parties.customer_id = customers.customer_id
    left join limits on parties.customer_id = limits.customer_id
    left join bills on parties.customer_id = bills.customer_id
    group by coalesce(customers.group_id, parties.customer_id)
),

final as (
    select
        groups.*,
        matched.fifo_amount
    from groups
    left join matched on groups.customer_id = matched.group_id
)

select * from final
