-- One row per customer with a class that management gave it and that holds on the as-of date.
with customer_classes as (select * from stg_customer_classes),

run as (select * from stg_run),

final as (
    select
        customer_classes.customer_id,
        min(customer_classes.class_code) as class_code
    from customer_classes
    cross join run
    where
        coalesce(customer_classes.valid_from, run.as_of) <= run.as_of
        and coalesce(customer_classes.valid_to, date '9999-12-31') > run.as_of
    group by customer_classes.customer_id
)

select * from final
