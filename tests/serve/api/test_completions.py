import openai
import pytest

from assistant.serve.hits import marked
from tests.serve.api.conftest import BIDEN, Served

ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": BIDEN["question"]}]


@pytest.fixture
def client(served: Served):
    with openai.OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0) as client:
        yield client


def cited(annotations, content: str) -> list[tuple[str, str, tuple[int, int]]]:
    """Return what each annotation marks in the text, and the words it cites, as dictionaries come from the client."""
    rows = [one if isinstance(one, dict) else one.model_dump() for one in annotations]
    return [
        (
            content[row["url_citation"]["start_index"] : row["url_citation"]["end_index"]],
            row["citation"]["quote"],
            tuple(row["citation"]["span"]),
        )
        for row in rows
    ]


def test_the_official_client_gets_the_answer_with_its_citations(client, service):
    answer = service.assistant().ask(BIDEN["question"])
    reply = client.chat.completions.create(model="news", messages=ASKED, temperature=0.2)
    message = reply.choices[0].message
    assert message.content == marked(answer)
    assert cited(message.annotations, message.content) == [(f"[{c.number}]", c.quote, tuple(c.span)) for c in answer.citations]
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens > 0


def test_the_stream_holds_the_same_and_the_last_chunk_the_citations(client):
    whole = client.chat.completions.create(model="news", messages=ASKED).choices[0].message
    chunks = [chunk.choices[0] for chunk in client.chat.completions.create(model="news", messages=ASKED, stream=True)]
    assert "".join(chunk.delta.content or "" for chunk in chunks) == whole.content
    assert len([chunk for chunk in chunks if chunk.delta.content]) > 1
    assert [chunk.finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    expected = [annotation.model_dump() for annotation in whole.annotations]
    assert chunks[-1].delta.annotations == expected


def test_a_conversation_and_the_usage_come_through(client):
    messages = [*ASKED, {"role": "assistant", "content": "..."}, {"role": "user", "content": "when is his inauguration?"}]
    stream = list(client.chat.completions.create(model="", messages=messages, stream=True, stream_options={"include_usage": True}))
    assert stream[-1].usage.completion_tokens > 0
    assert stream[-2].choices[0].delta.answer["query"] == "When is his inauguration (Biden)?"


def test_an_article_without_an_address_is_cited_by_its_place_here(client, served):
    import httpx

    reply = client.chat.completions.create(model="news", messages=ASKED)
    url = reply.choices[0].message.annotations[0].url_citation.url
    article = httpx.get(url).json()
    citation = reply.choices[0].message.annotations[0].model_dump()["citation"]
    assert article["text"][slice(*citation["span"])] == citation["quote"]


def test_models_are_the_indexes_and_errors_are_the_clients_own(client):
    assert [model.id for model in client.models.list()] == ["news"]
    assert client.models.retrieve("news").owned_by == "article-assistant"
    with pytest.raises(openai.NotFoundError, match="no such index"):
        client.chat.completions.create(model="gpt-9", messages=ASKED)
    with pytest.raises(openai.UnprocessableEntityError, match="last message is no question"):
        client.chat.completions.create(model="news", messages=[{"role": "system", "content": "x"}])
