"""The API is tried against its own specification, with requests that fit it and such as do not."""

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.serve.api.conftest import Served, make_service

SLOW = ("/v1/evaluations", "/v1/articles/bulk")
"""Each request there begins a job."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def tried(built: Path, tmp_path: Path, n_examples: int, modes: Sequence[GenerationMode], jobs: bool = True) -> int:
    """Send requests to every operation and return how many; what the specification does not promise is an error."""
    service = make_service(Path(shutil.copytree(built, tmp_path / "news")))
    service.warm()
    count = 0
    with Served(service) as server:
        schema = schemathesis.openapi.from_url(f"{server.url}/v1/openapi.json")
        for found in schema.get_all_operations():
            operation = found.ok()
            if operation.path in SLOW and operation.method == "post" and not jobs:
                continue

            @settings(
                max_examples=n_examples, phases=[Phase.explicit, Phase.generate], deadline=None, derandomize=True, database=None,
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            def send(case: schemathesis.Case) -> None:
                nonlocal count
                count += 1
                response = case.call(timeout=60)
                assert response.status_code < 500 or response.status_code == 503, (
                    response.status_code,
                    response.text,
                )  # 503: too much at once
                case.validate_response(response, checks=CHECKS)

            for mode in modes:
                with contextlib.suppress(Unsatisfiable):  # an operation without parameters takes no wrong ones
                    given(case=operation.as_strategy(generation_mode=mode))(send)()
    service.indexes.close()
    return count


def test_every_operation_keeps_to_the_specification(built: Path, tmp_path: Path):
    assert tried(built, tmp_path, 1, [GenerationMode.POSITIVE], jobs=False) >= 15


@pytest.mark.soak
def test_every_operation_keeps_to_the_specification_at_length(built: Path, tmp_path: Path):
    assert tried(built, tmp_path, 100, list(GenerationMode)) > 1_500
