"""The API is tried against its own specification, with requests that fit it and such as do not."""

import contextlib
import logging
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.serve.api.conftest import Served, make_service

logger = logging.getLogger(__name__)

Answers = dict[str, Counter[int]]
"""Operation -> status -> how many."""
SLOW = ("/v1/evaluations", "/v1/articles/bulk")
"""Each request there begins a job."""
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


def tried(built: Path, tmp_path: Path, n_examples: int, modes: Sequence[GenerationMode], jobs: bool = True) -> Answers:
    """Send requests to every operation and return what they were answered; what the specification does not promise is an error."""
    service = make_service(Path(shutil.copytree(built, tmp_path / "news")))
    service.warm()
    answers: Answers = {}
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
                response = case.call(timeout=60)
                code = response.status_code
                answers.setdefault(f"{case.method.upper()} {case.operation.path}", Counter())[code] += 1
                assert code < 500 or code == 503, (code, response.text)  # 503: too many jobs wait
                case.validate_response(response, checks=CHECKS)

            for mode in modes:
                with contextlib.suppress(Unsatisfiable):  # an operation without parameters takes no wrong ones
                    given(case=operation.as_strategy(generation_mode=mode))(send)()
    service.indexes.close()
    return answers


def test_every_operation_keeps_to_the_specification(built: Path, tmp_path: Path):
    answers = tried(built, tmp_path, 1, [GenerationMode.POSITIVE], jobs=False)
    assert sum(map(Counter.total, answers.values())) >= 15


@pytest.mark.soak
def test_every_operation_keeps_to_the_specification_at_length(built: Path, tmp_path: Path):
    answers = tried(built, tmp_path, 100, list(GenerationMode))
    for name, codes in answers.items():
        logger.info("%s: %s", name, ", ".join(f"{n} x {code}" for code, n in sorted(codes.items())))
    assert sum(map(Counter.total, answers.values())) > 1_500
