"""A conversation by LlamaIndex's chat interface: `python examples/llamaindex_chat.py INDEX QUESTION QUESTION ...`.

Needs no language model: follow-ups are understood without one, and each answer's citations are its `source_nodes`.
"""

import sys
from pathlib import Path

from assistant import Assistant
from assistant.serve.llamaindex import ArticleChatEngine


def main(index: str, *questions: str) -> None:
    """Ask the questions in turn, printing each answer while it grows, then its citations."""
    with Assistant.open(Path(index), create=False) as assistant:
        chat = ArticleChatEngine(assistant)
        for question in questions:
            response = chat.stream_chat(question)
            print(f"> {question}")
            response.print_response_stream()
            print()
            for found in response.source_nodes:
                node = found.node
                print(node.metadata["number"], node.metadata["article_id"], node.start_char_idx, node.end_char_idx)


if __name__ == "__main__":
    main(*sys.argv[1:])
