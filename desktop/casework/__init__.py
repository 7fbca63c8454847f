"""What cases are: record types as data, validation, handling rules, and the rows that screens are shown."""
