"""P2 (b): FastStream on aiokafka with an inbox: a batch is one transaction, an id that is there has no effect."""

import asyncio
import json
import os
import sys
import uuid

from aiokafka import AIOKafkaProducer
from faststream import FastStream
from faststream.kafka import KafkaBroker
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

TOPIC = "fast"
broker = KafkaBroker(os.environ["REFERENCE_KAFKA"])
app = FastStream(broker)
engine = create_async_engine(os.environ["REFERENCE_DATABASE"].replace("postgresql://", "postgresql+psycopg://"))


@broker.subscriber(TOPIC, batch=True, max_records=500, group_id="fast", auto_offset_reset="earliest")
async def take(facts: list[dict]) -> None:
    async with engine.begin() as tx:
        rows = [{"id": fact["id"]} for fact in facts]
        entering = (
            "INSERT INTO fast_inbox SELECT * FROM unnest(cast(:ids AS text[])) ON CONFLICT DO NOTHING RETURNING 1"
        )
        entered = await tx.execute(text(entering), {"ids": [row["id"] for row in rows]})
        if entered.rowcount:
            effects = [{"id": fact["id"], "language": fact["language"]} for fact in facts]
            await tx.execute(text("INSERT INTO fast_effects VALUES (:id, :language) ON CONFLICT DO NOTHING"), effects)


async def produce() -> None:
    producer = AIOKafkaProducer(bootstrap_servers=os.environ["REFERENCE_KAFKA"], acks="all", enable_idempotence=True)
    await producer.start()
    for line in sys.stdin:
        futures = []
        for _ in range(int(line)):
            key = str(uuid.uuid4())
            value = json.dumps({"id": key, "language": "uk"}).encode()
            futures.append(await producer.send(TOPIC, value, key=key.encode()))
        await asyncio.gather(*futures)


if __name__ == "__main__":
    asyncio.run({"produce": produce, "consume": app.run}[sys.argv[1]]())
