"""Several processes serve one index: a new generation is answered from at once by each, and the end waits for what is under way."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings

FAST = Settings(quality="fast")
OLD = {"question": "siapa yang membuka pasar ikan?"}
NEW = {"question": "siapa yang menutup jembatan Kalirejo?"}


@pytest.fixture
def served(tmp_path: Path):
    index = tmp_path / "index"
    with Assistant.open(index, settings=FAST) as assistant:
        assistant.add_record({"text": "Bupati Sari Wulan membuka pasar ikan di Bandarlaya pada Senin.", "url": "https://example.org/1"})
    command = [sys.executable, "-m", "assistant", "--index", str(index), "serve", "--no-ui", "--workers", "2", "--port", "0"]
    environment = {**os.environ, "ASSISTANT_QUALITY": "fast", "ASSISTANT_RATE_PER_MINUTE": "0"}
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=tmp_path)
    try:
        url = re.search(r"http://\S+", running.stdout.readline())[0]
        _wait_until_ready(url.removesuffix("/v1"))
        yield running, url, index
    finally:
        running.kill()
        running.communicate()


def _wait_until_ready(url: str) -> None:
    ends = time.monotonic() + 240
    while time.monotonic() < ends:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server never became ready")


def ask(url: str, body: dict[str, str]) -> httpx.Response:
    return httpx.post(f"{url}/ask", json=body, timeout=60)  # a connection each: any process may take it


@pytest.mark.timeout(300)
def test_articles_come_in_while_questions_are_answered_and_the_end_waits_for_the_last(served):
    running, url, index = served
    stop, answers = threading.Event(), []

    def keep_asking() -> None:
        while not stop.is_set():
            answers.append(ask(url, OLD))

    askers = [threading.Thread(target=keep_asking) for _ in range(2)]
    for asker in askers:
        asker.start()
    with Assistant.open(index, settings=FAST) as assistant:
        for n in range(3):
            text = f"Wali Kota Harno menutup jembatan Kalirejo nomor {n} karena banjir." if n == 2 else f"Hujan turun di kota nomor {n}."
            assistant.add_record({"text": text, "url": f"https://example.org/new/{n}"})
    late = [ask(url, NEW) for _ in range(8)]
    stop.set()
    for asker in askers:
        asker.join()
    assert {answer.status_code for answer in answers} == {200}
    assert all(not answer.json()["abstained"] for answer in answers)
    assert all(answer.json()["citations"][0]["quote"].startswith("Wali Kota Harno") for answer in late)
    with ThreadPoolExecutor(6) as pool:
        under_way = [pool.submit(ask, url, {"question": f"{OLD['question']} {n}"}) for n in range(6)]
        next(iter(under_way)).result()
        running.send_signal(signal.SIGTERM)
        ended = []
        for one in under_way:
            try:
                ended.append(one.result())
            except httpx.TransportError:
                continue  # it came too late to be taken
    assert {answer.status_code for answer in ended} <= {200, 503}
    assert all(json.loads(answer.content) for answer in ended), "an answer was cut off"
    assert running.wait(30) == 0
