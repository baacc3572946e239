-- One row per customer and time in which a class that management gave it holds.
select
    customer_id,
    class_code,
    valid_from,
    valid_to
from loaded.customer_classes
