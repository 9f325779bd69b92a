"""What is asked of a request and no schema can say. Only what is in shape is touched: what is not must be refused as it is."""

import re

import schemathesis


def are_whole(numbers):
    is_whole = lambda number: type(number) in (int, float) and number == int(number) and 0 <= number < 1 << 64
    return isinstance(numbers, list) and all(is_whole(number) for number in numbers)


def whole(numbers):
    """A schema takes 7.0 for a whole number; the API wants 7."""
    return [int(number) for number in numbers]


@schemathesis.hook
def before_call(context, case, kwargs):
    headers, query, body = case.headers, case.query, case.body
    # The bodies here are never packed, whatever they would say of themselves.
    if headers and headers.get("Content-Encoding") in ("gzip", "deflate"):
        del headers["Content-Encoding"]
    # A cursor is what an earlier answer gave: one that was made up leads nowhere.
    if case.path == "/v1/memories" and query and re.fullmatch("mem_[0-9a-f]{32}", str(query.get("after"))):
        del query["after"]
    if isinstance(body, dict):
        lines, memories, url = body.get("lines"), body.get("memories"), body.get("url")
        # As many lines as memories.
        if are_whole(lines) and isinstance(memories, list):
            body["lines"] = (whole(lines) + [0] * len(memories))[: len(memories)]
        if are_whole(body.get("indexes")):
            body["indexes"] = whole(body["indexes"])
        # Nobody else's machine is told anything.
        if isinstance(url, str) and "://" in url and len(url) <= 2_000:
            body["url"] = "http://localhost:9/hook"
