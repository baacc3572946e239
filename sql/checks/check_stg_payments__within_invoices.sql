-- Parties that paid more than they were invoiced, prepayments aside.
with gates as (
    select max(case when name = 'payment_tolerance_share' then value end) as tolerance_share
    from stg_gates
),

moves as (
    select
        customer_id,
        amount as invoice_amount,
        cast(0 as decimal(18, 2)) as payment_amount
    from stg_invoices
    union all
    select
        customer_id,
        cast(0 as decimal(18, 2)) as invoice_amount,
        amount as payment_amount
    from stg_payments
    where coalesce(method, 'transfer') <> 'prepaid'
),

-- A head office pays for its branches, so the group is the party.
parties as (
    select
        coalesce(customers.group_id, moves.customer_id) as party_id,
        sum(moves.invoice_amount) as invoice_amount,
        sum(moves.payment_amount) as payment_amount
    from moves
    left join dim_customers as customers on moves.customer_id = customers.customer_id
    group by 1
),

known as (select count(*) as invoice_count from stg_invoices)

select
    parties.party_id,
    parties.invoice_amount,
    parties.payment_amount
from parties
cross join gates
cross join known
where
    known.invoice_count > 0
    and cast(parties.payment_amount as double)
    > cast(parties.invoice_amount as double) * (1 + gates.tolerance_share) + 0.005
