"""The real parts as local processes: PostgreSQL, Kafka, Prometheus and nginx, without Docker."""
