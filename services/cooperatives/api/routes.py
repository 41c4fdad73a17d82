"""The API and what its modules share."""

from collections.abc import Mapping
from typing import Any

from shared import paging
from shared.web.api import Api, Call

api = Api("cooperatives")
View = Mapping[Any, Any]
ONE = "/cooperatives/<id:cooperative_id>"


def page(call: Call, found: Any, column: Any) -> paging.Page:
    return paging.page(call.tx, found, by=column, limit=call.query["limit"], cursor=call.query["cursor"])
