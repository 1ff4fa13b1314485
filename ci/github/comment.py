"""Writes one comment on a pull request, which later runs update: python comment.py FILE

FILE is Markdown. The environment gives TOKEN, NAME, PULL_REQUEST, and what GitHub sets in a step. A
comment that cannot be written is a warning: it is not the answer.
"""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

LONGEST = 60_000
"""Characters that are shown; GitHub refuses a comment of more than 65,536."""

FIND = """
query($owner: String!, $repository: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repository) {
    pullRequest(number: $number) {
      id
      comments(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id body viewerDidAuthor }
      }
    }
  }
}"""
ADD = """
mutation($subject: ID!, $body: String!) {
  addComment(input: {subjectId: $subject, body: $body}) { clientMutationId }
}"""
UPDATE = """
mutation($comment: ID!, $body: String!) {
  updateIssueComment(input: {id: $comment, body: $body}) { clientMutationId }
}"""


class CommentError(Exception):
    """The comment could not be written."""


def ask(query: str, **variables: object) -> Any:
    """Gives GitHub's answer to a GraphQL query."""
    request = urllib.request.Request(
        os.environ["GITHUB_GRAPHQL_URL"],
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Authorization": f"Bearer {os.environ['TOKEN']}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            told = json.load(response)
    except (OSError, ValueError) as error:
        raise CommentError(str(error)) from error
    if told.get("errors"):
        raise CommentError("; ".join(error["message"] for error in told["errors"]))
    return told["data"]


def find(number: int, mark: str) -> tuple[str, str | None]:
    """Gives the pull request, and this gate's comment on it, if there is one.

    Only a comment of our own counts: anybody can write the mark.
    """
    owner, repository = os.environ["GITHUB_REPOSITORY"].split("/")
    after = None
    while True:
        data = ask(FIND, owner=owner, repository=repository, number=number, after=after)
        pull_request = data["repository"]["pullRequest"]
        comments = pull_request["comments"]
        for comment in comments["nodes"]:
            if comment["viewerDidAuthor"] and comment["body"].startswith(mark):
                return pull_request["id"], comment["id"]
        if not comments["pageInfo"]["hasNextPage"]:
            return pull_request["id"], None
        after = comments["pageInfo"]["endCursor"]


def text_of(path: Path, name: str) -> str:
    text = path.read_text("utf-8") if path.is_file() else ""
    if not text.strip():
        text = "The gate gave no answer. The log says why.\n"
    if len(text) > LONGEST:
        shown = text[:LONGEST]
        shown = shown[: shown.rfind("\n") + 1] or shown  # whole lines, if there are several
        text = f"{shown.rstrip()}\n\nThe rest is in the summary of the run.\n"
    run = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}"
    return f"{text}\n[{name}: log and report]({run.format_map(os.environ)})\n"


def main() -> None:
    name = os.environ["NAME"]
    try:
        if not re.fullmatch(r"[\w. -]{1,60}", name) or "--" in name:
            raise CommentError(f"name is {name!r}; give letters, digits, spaces, '.', '_' and '-'")
        mark = f"<!-- simruns gate: {name} -->\n"
        pull_request, comment = find(int(os.environ["PULL_REQUEST"]), mark)
        body = mark + text_of(Path(sys.argv[1]), name)
        if comment is None:
            ask(ADD, subject=pull_request, body=body)
        else:
            ask(UPDATE, comment=comment, body=body)
    except (CommentError, AttributeError, LookupError, TypeError) as error:  # or an odd answer
        told = f"no comment was written: {error}; the job needs `permissions: pull-requests: write`"
        told = told.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::warning title=simruns gate::{told}")


if __name__ == "__main__":
    main()
