"""The events of an answer, the calls for asyncio, and the names that are public."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assistant
from assistant import AsyncAssistant, Done, Grown, Replaced, Started
from assistant.assistant import Assistant
from assistant.errors import BadQuestion
from assistant.events import events_of
from assistant.records import Answer, Citation, Dropped, Marker, Span
from assistant.settings import Settings

PUBLIC = {
    "AddReport", "Answer", "Article", "Assistant", "AssistantError", "AsyncAssistant", "Citation", "Done", "Event", "Filters", "Grown",
    "Hit", "Marker", "Passage", "Quotation", "Replaced", "Span", "Speaker", "Started", "Turn",
}  # fmt: skip
METHODS = {
    "add", "add_by_ray", "add_record", "add_records", "article", "articles", "ask", "close", "events", "open", "quotations", "remove", "search",
    "speakers", "stream",
}  # fmt: skip
ASYNC_METHODS = {"add", "article", "articles", "ask", "close", "events", "open", "quotations", "remove", "search", "speakers"}
QUESTION = "what did Biden say?"


def test_the_public_names_are_these():
    assert set(assistant.__all__) == PUBLIC
    assert all(getattr(assistant, name) for name in PUBLIC)
    assert {name for name in vars(Assistant) if not name.startswith("_")} == METHODS
    assert {name for name in vars(AsyncAssistant) if not name.startswith("_")} == ASYNC_METHODS
    assert (Path(assistant.__file__).parent / "py.typed").is_file()


def test_importing_takes_less_than_a_fifth_of_a_second_of_work():
    program = "import time; began = time.process_time(); import assistant; print(time.process_time() - began)"
    spent = [float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout) for _ in range(3)]
    assert min(spent) < 0.2


def citation(number: int, badge: str = "verbatim") -> Citation:
    return Citation(number, "1", "", "", "", "", Span(10 * number, 10 * number + 5), "words", badge=badge)


def state(n: int, *, badge: str = "verbatim", dropped: int = 0, composer: str = "llm") -> Answer:
    """An answer of `n` claims."""
    return Answer(
        "q?", "q?", "".join("claim. " for _ in range(n)), markers=tuple(Marker(7 * i, i) for i in range(1, n + 1)),
        citations=tuple(citation(i, badge if i == 1 else "verbatim") for i in range(1, n + 1)),
        dropped=tuple(Dropped(str(i), "support") for i in range(dropped)), composer=composer,
    )  # fmt: skip


def added_up(events) -> tuple[str, tuple, dict, tuple]:
    """Add up events as their documentation says."""
    text, markers, citations, dropped = "", (), {}, ()
    for event in events:
        if isinstance(event, Replaced):
            text, markers, citations, dropped = "", (), {}, ()
        elif isinstance(event, Grown):
            text, markers, dropped = text + event.text, markers + event.markers, dropped + event.dropped
            citations |= {one.number: one for one in event.citations}
    return text, markers, citations, dropped


STATES = st.builds(
    state, st.integers(0, 4), badge=st.sampled_from(["verbatim", "supported"]), dropped=st.integers(0, 3),
    composer=st.sampled_from(["llm", "extractive"]),
)  # fmt: skip


@given(st.lists(STATES, min_size=1, max_size=6))
def test_whatever_comes_the_events_add_up_to_the_answer(states: list[Answer]):
    events = list(events_of(" q? ", (one for one in states)))
    assert events[0] == Started("q?")
    assert events[-1] == Done(states[-1])
    last = states[-1]
    assert added_up(events) == (last.text, last.markers, {one.number: one for one in last.citations}, last.dropped)


def test_an_answer_grows_sentence_by_sentence(built: Path):
    with Assistant.open(built, settings=Settings(quality="fast")) as opened:
        answer = opened.ask(QUESTION, now="2021-01-05")
        events = list(opened.events(QUESTION, now="2021-01-05"))
        grown = [event for event in events if isinstance(event, Grown)]
        assert [len(event.citations) for event in grown] == [1, 1]
        assert added_up(events)[:2] == (answer.text, answer.markers)
        with pytest.raises(BadQuestion):
            list(opened.events(" "))


def test_asyncio_gets_the_same_and_a_loop_that_is_left_ends_the_work(built: Path):
    async def ask() -> None:
        async with await AsyncAssistant.open(built, settings=Settings(quality="fast")) as opened:
            answer = await opened.ask(QUESTION, now="2021-01-05")
            expected = opened.assistant.ask(QUESTION, now="2021-01-05")
            assert (answer.text, answer.citations) == (expected.text, expected.citations)
            assert [event async for event in opened.events(QUESTION, now="2021-01-05")][-1].answer.citations == answer.citations
            together = await asyncio.gather(*(opened.search("Biden", 3) for _ in range(8)))
            assert all(hits == opened.assistant.search("Biden", 3) for hits in together)
            assert len(await opened.quotations("Biden")) == len(opened.assistant.quotations("Biden"))
            events = opened.events(QUESTION)
            assert isinstance(await anext(events), Started)
            await events.aclose()
            task = asyncio.create_task(opened.ask(QUESTION))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(ask())


def test_many_threads_get_the_same_answers_while_articles_come_and_go(index: str):
    with Assistant.open(index, settings=Settings(quality="fast")) as opened:
        before = opened.ask(QUESTION, now="2021-01-05")
        wrong: list[object] = []

        def ask() -> None:
            for _ in range(6):
                answer = opened.ask(QUESTION, now="2021-01-05")
                if (answer.text, answer.citations) != (before.text, before.citations):
                    wrong.append(answer)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for n in range(4):
            added, _ = opened.add_record({"text": f"A bridge in town {n} was opened on Monday. The mayor of it was very glad."})
            opened.remove(added)
        for thread in threads:
            thread.join()
        assert wrong == []


def test_what_was_removed_is_cited_no_more_although_it_was_read_before(index: str):
    with Assistant.open(index, settings=Settings(quality="fast")) as opened:
        answer = opened.ask(QUESTION)
        assert answer.citations
        opened.remove({citation.article_id for citation in answer.citations})
        after = opened.ask(QUESTION)
        assert after.abstained
        assert not {one.article_id for one in after.nearest} & {one.article_id for one in answer.citations}
