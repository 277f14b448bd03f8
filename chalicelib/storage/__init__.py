"""The ports on DynamoDB: a ``Database``, then one store for each table."""
