"""P1 (a): the least a Flask route can do that inserts two rows in PostgreSQL; no check of anything."""

import os
import queue
import uuid

import psycopg
from flask import Flask, jsonify, request
from psycopg.types.json import Jsonb

app = Flask(__name__)
connections: "queue.SimpleQueue[psycopg.Connection]" = queue.SimpleQueue()


def connection() -> psycopg.Connection:
    try:
        return connections.get_nowait()
    except queue.Empty:
        return psycopg.connect(os.environ["REFERENCE_DATABASE"])


@app.post("/referrals")
def create():
    body, new_id = request.get_json(), str(uuid.uuid4())
    open_connection = connection()
    with open_connection.transaction():
        open_connection.execute("INSERT INTO bare_referrals VALUES (%s, %s)", [new_id, Jsonb(body)])
        open_connection.execute("INSERT INTO bare_outbox (key, data) VALUES (%s, %s)", [new_id, Jsonb(body)])
    connections.put(open_connection)
    return jsonify(id=new_id), 201
