"""The Gradio door: open the assistant, build the page, launch; nothing else. `assistant serve` does more."""

import sys

from assistant.errors import AssistantError
from assistant.serve.ui.server import serve
from assistant.settings import load_settings

if __name__ == "__main__":
    try:
        serve(load_settings(), announce=lambda url: print(f"The chat is open at {url}", flush=True))  # noqa: T201
    except AssistantError as error:
        sys.exit(f"error: {error}\nhint: {error.hint}")
    except KeyboardInterrupt:
        sys.exit(130)
