"""Operations: alarms of customers' systems, which open one request each however often they are raised (RQ-12)."""
