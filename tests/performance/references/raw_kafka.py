"""P2 (a): kafka-python by hand. `produce` sends as many records as a line on standard input says; `consume` inserts each."""

import json
import os
import sys
import uuid

import psycopg
from kafka import KafkaConsumer, KafkaProducer

TOPIC = "raw"
GROUP = 500


def produce() -> None:
    producer = KafkaProducer(bootstrap_servers=os.environ["REFERENCE_KAFKA"].split(","))
    for line in sys.stdin:
        futures = []
        for _ in range(int(line)):
            key = str(uuid.uuid4())
            futures.append(
                producer.send(TOPIC, key=key.encode(), value=json.dumps({"id": key, "language": "uk"}).encode())
            )
        producer.flush()
        for future in futures:
            future.get(timeout=30)


def consume() -> None:
    consumer = KafkaConsumer(
        TOPIC, bootstrap_servers=os.environ["REFERENCE_KAFKA"].split(","), group_id="raw", auto_offset_reset="earliest",
        enable_auto_commit=False, fetch_max_wait_ms=100,
    )  # fmt: skip
    with psycopg.connect(os.environ["REFERENCE_DATABASE"]) as database:
        while True:
            for messages in consumer.poll(timeout_ms=200, max_records=GROUP).values():
                with database.transaction():
                    for message in messages:
                        data = json.loads(message.value)
                        database.execute("INSERT INTO raw_effects VALUES (%s, %s)", [data["id"], data["language"]])
                consumer.commit()


if __name__ == "__main__":
    {"produce": produce, "consume": consume}[sys.argv[1]]()
