-- Pairs that the parties file says are different, but whose groups the sources or its other rows unite.
select
    parties.customer_id,
    parties.other_id,
    ones.group_id
from stg_parties as parties
inner join dim_customers as ones on parties.customer_id = ones.customer_id
inner join dim_customers as others on parties.other_id = others.customer_id
where parties.decision = 'different' and ones.group_id = others.group_id
