"""The command `mcp`: the articles for MCP clients. On standard output nothing but the protocol is written."""

from __future__ import annotations

import argparse

from assistant.cli.opening import open_assistant
from assistant.cli.terminal import complain

PORT = 7861
"""Beside the web chat's."""

HELP = """\
A client starts it by itself, for example with this in its configuration:

  {"mcpServers": {"articles": {"command": "assistant", "args": ["--index", "news", "mcp"]}}}

With --http it serves at http://127.0.0.1:7861/mcp until it is ended."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = HELP
    parser.add_argument("--allow-add", action="store_true", help="let clients add articles")
    parser.add_argument("--http", action="store_true", help="serve by streamable HTTP, to this machine only")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on with --http (127.0.0.1)")
    parser.add_argument("--port", type=int, default=PORT, help=f"the port to listen on with --http ({PORT}); 0 takes any free one")


def mcp(args: argparse.Namespace) -> int:
    """Serve the articles to MCP clients."""
    from assistant.serve.mcp import build, serve_http

    with open_assistant(args) as assistant:
        server = build(assistant, allow_add=args.allow_add)
        if args.http:
            serve_http(server, args.host, args.port, lambda url: complain(f"MCP clients reach the articles at {url} (Ctrl+C ends it)"))
        else:
            server.run("stdio")
    return 0
