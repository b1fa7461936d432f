"""The tools over the Model Context Protocol; its package is imported here and nowhere else, while the app warms up."""

import json
import logging
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp.types import Tool as DescribedTool
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from starlette.requests import Request

from app.services.receipts.provenance import VERSION
from app.web.api.agents.arguments import Arguments, check_names, schema_of, written
from app.web.api.agents.endpoints import MEANING
from app.web.api.agents.tools import TOOLS, Tool, sentence_of
from app.web.context import give_back
from app.web.endpoint import GIVEN_BACK
from app.web.failures import failure_of
from app.web.middleware.request_log import FINAL_STATUS, TOOL
from app.web.views import Site

_Context = ServerRequestContext[Any, Request]
_BY_NAME = {tool.name: tool for tool in TOOLS}
_ANSWERS: dict[str, TypeAdapter[Any]] = {tool.name: TypeAdapter(tool.answer) for tool in TOOLS}
_log = logging.getLogger("app.requests")


class _Untitled(GenerateJsonSchema):
    """Schemas whose fields have no title, which would only say the name again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def session_manager(site: Site) -> StreamableHTTPSessionManager:
    """What answers requests of both eras of the protocol; hosts, origins and sizes are checked before it."""
    described = [_described(tool, site) for tool in TOOLS]

    async def list_tools(context: _Context, asked: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=described)

    server = Server(
        "stock-forecasting-analytics",
        version=VERSION,
        title="Stock Forecasting Analytics",
        instructions=" ".join(MEANING),
        get_tool_input_schema=lambda name: None,
        on_list_tools=list_tools,
        on_call_tool=_call,
    )
    # It would trace every request for nobody.
    server.middleware.clear()
    return StreamableHTTPSessionManager(server, json_response=True, stateless=True)


def _described(tool: Tool, site: Site) -> DescribedTool:
    answer = json.dumps(_ANSWERS[tool.name].json_schema(schema_generator=_Untitled, mode="serialization"))
    return DescribedTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema_of(tool.takes, tool.needs, site),
        output_schema=json.loads(answer.replace("``", "`")),
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=tool.asks_source,
        ),
    )


async def _call(context: _Context, asked: CallToolRequestParams) -> CallToolResult:
    """The answer as JSON and as the same in text; an error is a sentence to the agent."""
    tool, request, arguments = _BY_NAME.get(asked.name), context.request, asked.arguments or {}
    if tool is None or request is None:
        raise MCPError(INVALID_PARAMS, f"There is no such tool. There are {', '.join(_BY_NAME)}.")
    request.scope[TOOL] = tool.name
    try:
        check_names(arguments, tool.takes)
        answer = await tool.run(request, arguments)
    except Exception as error:
        # An agent cannot do anything with an error of the protocol, but may read why a tool has no answer.
        return await _failed(request, tool, arguments, error)
    told = _ANSWERS[tool.name].dump_json(answer).decode()
    return CallToolResult(content=[TextContent(text=told)], structured_content=json.loads(told))


async def _failed(request: Request, tool: Tool, arguments: Arguments, error: Exception) -> CallToolResult:
    if isinstance(error, GIVEN_BACK):
        await give_back(request)
    failure = failure_of(error)
    request.scope[FINAL_STATUS] = failure.status
    if failure.status >= 500 and failure.retry_after is None:
        _log.error("a tool failed with %s", failure.status, exc_info=error)
    asked = arguments.get("ticker", arguments.get("tickers"))
    tickers = ", ".join(map(written, asked if isinstance(asked, list) else filter(None, [asked])))
    whose = f" for “{tickers[:60]}”" if tickers else ""
    return CallToolResult(content=[TextContent(text=f"{tool.name}{whose}: {sentence_of(error)}")], is_error=True)
