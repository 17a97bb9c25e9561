"""PostgreSQL: the server, the tables, the loads and the reads."""
