"""DynamoDB behind the ports. A ``Database`` first, then one store per table."""
