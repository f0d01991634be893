"""Operations: alarms of customers' systems, which open one request each, and work that is planned to come round
(RQ-12)."""
