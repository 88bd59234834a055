"""The page: its regions, and what each of them does."""

from __future__ import annotations

import gradio as gr

from assistant.accounts.store import Accounts
from assistant.environment import no_table_of_events
from assistant.serve.ui.adding import Adding, Removed
from assistant.serve.ui.arrival import connect_arrival
from assistant.serve.ui.asking import connect_asking
from assistant.serve.ui.assets import TITLE
from assistant.serve.ui.bench import Bench
from assistant.serve.ui.chat import Chat
from assistant.serve.ui.entrance import Entrance
from assistant.serve.ui.evaluation import Evaluation
from assistant.serve.ui.indexes import OpenIndexes
from assistant.serve.ui.kept import Kept
from assistant.serve.ui.layout import EVENT, lay_out_page
from assistant.serve.ui.library import Library
from assistant.serve.ui.measuring import connect_evaluation, connect_review
from assistant.serve.ui.preferences import Preferences
from assistant.serve.ui.review import Review
from assistant.serve.ui.rooms import connect_kept, connect_preferences
from assistant.serve.ui.shelf import connect_library
from assistant.serve.ui.speakers import connect
from assistant.serve.ui.spoken import Speakers
from assistant.serve.ui.why import connect_why


def build(indexes: OpenIndexes, accounts: Accounts | None = None, signed_in: bool = False) -> gr.Blocks:
    """Build the page.

    Args:
        indexes: what can be asked.
        accounts: where conversations and feedback are kept; without it nothing is.
        signed_in: every reader has signed in; otherwise whoever reads the page is its owner.
    """
    no_table_of_events()
    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    chat, entrance = Chat(indexes, accounts), Entrance(accounts, signed_in, indexes.settings.interface)
    preferences = Preferences(indexes)
    with page:
        widgets = lay_out_page(indexes, Removed(), not signed_in)
        connect_asking(chat, entrance, widgets)
        connect_arrival(chat, entrance, widgets)
        connect_library((Library(indexes), Adding(indexes), preferences), entrance, widgets)
        connect_kept(Kept(chat), entrance, widgets)
        connect_preferences(preferences, entrance, widgets)
        beside = (widgets.switch, widgets.outbox)
        connect_why(chat, entrance, widgets)
        connect_evaluation(Evaluation(indexes, Bench()), entrance, widgets.evaluation, beside, EVENT)
        connect_review(Review(indexes, accounts), entrance, widgets.evaluation, widgets.switch, EVENT)
        connect(Speakers(indexes), entrance, widgets.speakers, (widgets.switch, widgets.reading), EVENT)
    return page
