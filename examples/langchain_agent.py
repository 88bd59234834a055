"""A LangChain agent that asks the articles: `python examples/langchain_agent.py INDEX QUESTION`.

The model here follows a script, so that the example runs without one: it calls the tool, then says what the tool said. Put any chat model
in its place, for example `ChatOllama(model="qwen3")`. The citations are the tool message's artifact, whatever the model makes of them.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from assistant import Assistant
from assistant.serve.langchain import ask_tool


class Scripted(BaseChatModel):
    """Calls the first tool with what was asked, then repeats what it got."""

    tool: str = ""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **options: Any) -> "Scripted":
        """Remember the name of the tool."""
        return Scripted(tool=tools[0].name)

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **options: Any) -> ChatResult:
        last = messages[-1]
        if isinstance(last, ToolMessage):
            said = AIMessage(str(last.content))
        else:
            said = AIMessage("", tool_calls=[{"name": self.tool, "args": {"question": last.content}, "id": "1"}])
        return ChatResult(generations=[ChatGeneration(message=said)])


def main(index: str, question: str) -> None:
    """Ask a question and print what the agent says, then each citation."""
    with Assistant.open(Path(index), create=False) as assistant:
        agent = create_agent(Scripted(), [ask_tool(assistant)])
        messages = agent.invoke({"messages": [{"role": "user", "content": question}]})["messages"]
    print(messages[-1].content)
    for message in messages:
        if isinstance(message, ToolMessage):
            for citation in message.artifact["citations"]:
                print(citation["number"], citation["article_id"], *citation["span"])


if __name__ == "__main__":
    main(*sys.argv[1:3])
