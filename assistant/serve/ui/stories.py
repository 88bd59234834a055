"""The stories of an index: articles on one event, each to open. It knows nothing of Gradio."""

from __future__ import annotations

from assistant.assistant import Assistant
from assistant.records import Filters
from assistant.serve.render import escape
from assistant.serve.ui.wording import Words
from assistant.stories import Story, stories

MOST_ARTICLES = 5000
"""Every article is compared with the others: of more, a reader is asked to choose some first."""
MOST_SHOWN = 200


def stories_html(assistant: Assistant, filters: Filters, words: Words) -> str:
    """Return the stories of the articles that the filters let through, the latest first."""
    back = f'<p class="up"><button type="button" class="quiet" data-do="look">← {words.html("all_articles")}</button></p>'
    head = f"{back}<h2>{words.html('stories')}</h2>"
    dates = assistant.index.article_dates(filters)
    if len(dates) > MOST_ARTICLES:
        return f'{head}<p class="problem" role="alert">{words.html("stories_too_many", n=len(dates), most=MOST_ARTICLES)}</p>'
    found = stories(assistant.index, filters)
    if not found:
        return f'{head}<p class="nothing">{words.html("no_stories")}</p>'
    items = "".join(_item(assistant, story, words) for story in found[:MOST_SHOWN])
    return f'{head}<p class="facts" role="status">{words.html("stories_found", n=len(found))}</p><ol class="stories">{items}</ol>'


def _item(assistant: Assistant, story: Story, words: Words) -> str:
    days = story.first if story.first == story.last else f"{story.first} – {story.last}"
    facts = [days, words("story_sources", n=story.n_sources), ", ".join(story.names)]
    told = "".join(_told(assistant, one) for one in story.article_ids)
    return (
        f'<li><h3 dir="auto">{escape(story.title)}</h3><p class="facts" dir="auto">{escape(" · ".join(one for one in facts if one))}</p>'
        f"<ul>{told}</ul></li>"
    )


def _told(assistant: Assistant, article_id: str) -> str:
    article = assistant.article(article_id)
    where = " · ".join(one for one in (article.outlet or article.source, article.published[:10]) if one)
    return (
        f'<li><a class="title" href="#article-{article.id}" dir="auto">{escape(article.title)}</a>'
        f' <span class="facts" dir="auto">{escape(where)}</span></li>'
    )
