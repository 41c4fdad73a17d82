"""P1 (b): FastAPI and SQLAlchemy's async engine doing the same work as ours, written straight down.

Token (Ed25519), role, validation, idempotency key, the rules of service and agreement, duplicate, sealed narrative,
referral, history, sequence and outbox, in one transaction.
"""

import base64
import hashlib
import json
import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fastapi import FastAPI, Header, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

app = FastAPI()
engine = create_async_engine(
    os.environ["REFERENCE_DATABASE"].replace("postgresql://", "postgresql+psycopg://"), pool_size=8
)
public_key = load_pem_public_key(Path(os.environ["REFERENCE_PUBLIC_KEY"]).read_bytes())
seal_key = AESGCM(b"0" * 32)
assert isinstance(public_key, Ed25519PublicKey)


class LegalBasis(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: Literal["gdpr-6-1-c", "gdpr-6-1-d", "gdpr-6-1-e", "gdpr-6-1-a"]
    reference: str = Field(max_length=200)


class Sharing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    fields: list[str] = Field(max_length=10)
    agreed: Literal["spoken", "written"]
    language: str
    expires_on: str


class ReferralIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    participant_id: uuid.UUID
    service_id: uuid.UUID
    priority: Literal["routine", "urgent"]
    needs: list[str] = Field(min_length=1, max_length=15)
    languages: list[str]
    childcare: bool
    narrative: str = Field(max_length=4000)
    legal_basis: LegalBasis
    sharing: Sharing
    submit: bool


def unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims(token: str) -> dict:
    head, body, signature = token.split(".")
    public_key.verify(unpadded(signature), f"{head}.{body}".encode())
    found = json.loads(unpadded(body))
    if found["exp"] < datetime.now(UTC).timestamp() or found["aud"] != "splot-api":
        raise HTTPException(401)
    return found


@app.post("/referrals", status_code=201)
async def create(
    body: ReferralIn,
    request: Request,
    authorization: Annotated[str, Header()],
    idempotency_key: Annotated[str, Header()],
) -> dict:
    who = claims(authorization.removeprefix("Bearer "))
    sender = next((i["id"] for i in who["institutions"] if "caseworker" in i["roles"]), None)
    if sender is None:
        raise HTTPException(403)
    digest = hashlib.sha256(await request.body()).hexdigest()
    async with engine.begin() as tx:
        first = await tx.execute(
            text(
                "INSERT INTO fast_idempotency (caller, key, digest) VALUES (:c, :k, :d) ON CONFLICT DO NOTHING RETURNING 1"
            ),
            {"c": who["sub"], "k": idempotency_key, "d": digest},
        )
        if first.first() is None:
            raise HTTPException(409)
        service = (await tx.execute(
            text("SELECT s.institution_id, a.fields FROM services s JOIN agreement_parties p ON p.institution_id = s.institution_id"
                 " JOIN agreement_parties q ON q.agreement_id = p.agreement_id AND q.institution_id = :sender"
                 " JOIN agreements a ON a.id = p.agreement_id WHERE s.id = :id"),
            {"id": str(body.service_id), "sender": sender},
        )).first()  # fmt: skip
        if service is None or not set(body.sharing.fields) <= set(service.fields):
            raise HTTPException(422)
        known = await tx.execute(text("SELECT 1 FROM participants WHERE id = :id"), {"id": str(body.participant_id)})
        if known.first() is None:
            raise HTTPException(422)
        open_one = await tx.execute(
            text("SELECT 1 FROM fast_referrals WHERE participant_id = :p AND service_id = :s AND status = 'requested'"),
            {"p": str(body.participant_id), "s": str(body.service_id)},
        )
        if open_one.first():
            raise HTTPException(409)
        referral = str(uuid.uuid4())
        nonce = os.urandom(12)
        sealed = base64.b64encode(nonce + seal_key.encrypt(nonce, body.narrative.encode(), referral.encode())).decode()
        now = datetime.now(UTC)
        data = body.model_dump(mode="json", exclude={"narrative"})
        await tx.execute(
            text("INSERT INTO fast_referrals VALUES (:id, :p, :s, :sender, :receiver, 'requested', :data, :sealed, :at, :due, 1)"),
            {"id": referral, "p": str(body.participant_id), "s": str(body.service_id), "sender": sender,
             "receiver": service.institution_id, "data": json.dumps(data), "sealed": sealed, "at": now, "due": now + timedelta(days=5)},
        )  # fmt: skip
        await tx.execute(
            text("INSERT INTO fast_history VALUES (:id, 1, 'requested', :by, :at)"),
            {"id": referral, "by": who["sub"], "at": now},
        )
        numbered = await tx.execute(
            text("INSERT INTO fast_sequences VALUES ('referral', :id, 1) ON CONFLICT (topic, key)"
                 " DO UPDATE SET last = fast_sequences.last + 1 RETURNING last"), {"id": referral},
        )  # fmt: skip
        await tx.execute(
            text("INSERT INTO fast_outbox (event_id, key, sequence, data, at) VALUES (:e, :k, :n, :d, :at)"),
            {"e": str(uuid.uuid4()), "k": referral, "n": numbered.scalar(), "d": json.dumps(data), "at": now},
        )
        answer = {"id": referral, "status": "requested", "version": 1, **data}
        await tx.execute(
            text("UPDATE fast_idempotency SET answer = :a WHERE caller = :c AND key = :k"),
            {"a": json.dumps(answer), "c": who["sub"], "k": idempotency_key},
        )
    return answer
