"""Lets schemathesis ask for rows that exist, and judges what its own checks leave open. Loaded by its command line."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import schemathesis

KNOWN = json.loads(os.environ["DRIP_KNOWN_IDS"])
UUID = re.compile(r"[0-9a-f-]{36}", re.IGNORECASE)


def _known(values: Any, name: str, known: str) -> None:
    # What is no id stays as it is: those cases ask whether it is refused.
    if isinstance(values, dict) and isinstance(values.get(name), str) and UUID.fullmatch(values[name]):
        values[name] = known


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    for values in (case.body, case.query, case.path_parameters):
        _known(values, "clientId", KNOWN["client"])
    _known(case.body, "campaignId", KNOWN["campaign"])
    _known(case.path_parameters, "id", KNOWN["lead" if "leads" in case.operation.path else "campaign"])
    if isinstance(case.body, dict) and isinstance(case.body.get("apiKey"), str):
        # The right key is in the header, and two different ones are none.
        del case.body["apiKey"]


@schemathesis.check
def schema_is_not_the_reason(_context: Any, response: Any, case: Any) -> None:
    """What fits the schema is refused, if at all, by the database's rules."""
    if response.status_code == 400 and case.meta and case.meta.generation.mode.is_positive:
        problem = response.json()
        # JSON may have the character NUL and numbers without end, which PostgreSQL has not.
        assert problem["code"] != "DR400" or problem["detail"].startswith("The body is no valid JSON"), problem


@schemathesis.check
def errors_are_problems(_context: Any, response: Any, case: Any) -> None:
    """Every error is a problem with a code, and none is a 422."""
    if response.status_code >= 400 and case.operation.path != "/readyz":
        assert response.headers["content-type"] == ["application/problem+json"], response.headers
        problem = response.json()
        assert problem["status"] == response.status_code != 422
        assert re.fullmatch(r"DR\w{3}", problem["code"])
