"""The style of what is shown as HTML.

Each rule is for elements within an output of this package, and of this very style: other parts of
a page stay as they are, and outputs of two versions in one notebook do not meet.

The theme is that of JupyterLab, VS Code, Colab or a book, where one of them says it, else that of
the browser. The text on each background has a contrast of 4.5 at least.
"""

from __future__ import annotations

from hashlib import sha256

_LIGHT = """
--sr-back: var(--jp-layout-color0, var(--vscode-editor-background, #ffffff));
--sr-text: var(--jp-content-font-color0, var(--vscode-editor-foreground, #1f2328));
--sr-faint: var(--jp-content-font-color1, var(--vscode-editor-foreground, #59636e));
--sr-line: var(--jp-border-color2, var(--vscode-panel-border, #d1d9e0));
--sr-user-back: #dbeafe; --sr-user-text: #12294d;
--sr-agent-back: #eff1f3; --sr-agent-text: #1f2328;
--sr-tool-back: #fbf6e6; --sr-tool-text: #4a3a0c;
--sr-good: #13692f; --sr-good-back: #d9f2df;
--sr-bad: #a3121f; --sr-bad-back: #fde1e1;
--sr-odd: #7a4100; --sr-odd-back: #fdeacd;
--sr-calm: #444c56; --sr-calm-back: #e6eaee;
color-scheme: light;
"""
_DARK = """
--sr-back: var(--jp-layout-color0, var(--vscode-editor-background, #16191d));
--sr-text: var(--jp-content-font-color0, var(--vscode-editor-foreground, #e6edf3));
--sr-faint: var(--jp-content-font-color1, var(--vscode-editor-foreground, #a2abb5));
--sr-line: var(--jp-border-color2, var(--vscode-panel-border, #3a424b));
--sr-user-back: #16335c; --sr-user-text: #dce9fd;
--sr-agent-back: #2a2f36; --sr-agent-text: #e6edf3;
--sr-tool-back: #332b16; --sr-tool-text: #f0e3bd;
--sr-good: #8be0a2; --sr-good-back: #12371d;
--sr-bad: #ffb1ad; --sr-bad-back: #4d1719;
--sr-odd: #f7c97f; --sr-odd-back: #43290a;
--sr-calm: #c3ccd5; --sr-calm-back: #30363d;
color-scheme: dark;
"""
_RULES = """
& { background: var(--sr-back); color: var(--sr-text); border: 1px solid var(--sr-line);
  border-radius: 8px; padding: 12px 14px; margin: 2px 0; max-width: 1080px; box-sizing: border-box;
  font: 13px/1.5 var(--jp-content-font-family, var(--vscode-font-family, system-ui, -apple-system,
  "Segoe UI", Roboto, "Noto Sans", sans-serif)); overflow-wrap: anywhere; text-align: left; }
& * { box-sizing: border-box; }
& span, & div { overflow-wrap: anywhere; }
& table, & table span, & table div { overflow-wrap: break-word; }
& .sr-title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 8px; }
& .sr-title > b { font-size: 14px; }
& .sr-faint { color: var(--sr-faint); font-size: 12px; }
& .sr-pill { display: inline-block; border-radius: 999px; padding: 0 9px; font-size: 12px;
  font-weight: 600; line-height: 20px; white-space: nowrap; }
& .sr-good { color: var(--sr-good); background: var(--sr-good-back); }
& .sr-bad { color: var(--sr-bad); background: var(--sr-bad-back); }
& .sr-odd { color: var(--sr-odd); background: var(--sr-odd-back); }
& .sr-calm { color: var(--sr-calm); background: var(--sr-calm-back); }
& .sr-row { display: flex; flex-wrap: wrap; gap: 4px 6px; margin: 6px 0; }
& .sr-part { margin: 8px 0 0; }
& code, & pre, & .sr-code { font-family: var(--jp-code-font-family, ui-monospace, "SFMono-Regular",
  Menlo, Consolas, "Liberation Mono", monospace); font-size: 12px; color: inherit; background: none;
  border: none; padding: 0; margin: 0; }
& pre { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45; max-height: 360px;
  overflow: auto; padding: 6px 0 0; }
& details { margin: 0; padding: 0; border: none; background: none; }
& summary { display: list-item; cursor: pointer; margin: 0; padding: 0;
  list-style-position: inside; }
& details.sr-fold { border-top: 1px solid var(--sr-line); padding: 8px 0; }
& details.sr-fold:first-of-type { border-top: none; }
& details.sr-fold > summary > span { display: inline-flex; margin-left: 4px; }
& .sr-scroll { overflow-x: auto; margin: 8px 0 0; }
& table { border-collapse: collapse; border: none; margin: 0; table-layout: auto; width: auto;
  font-size: 12px; color: inherit; background: none; display: table; }
& tr, & tbody tr:nth-child(odd), & tbody tr:nth-child(even), & tbody tr:hover {
  background: none; border: none; padding: 0; text-align: left; vertical-align: top; }
& .sr-wide table { width: max-content; }
& th, & td { text-align: left; vertical-align: top; padding: 3px 14px 3px 0; line-height: 20px;
  border: none; border-bottom: 1px solid var(--sr-line); white-space: normal;
  color: inherit; background: none; max-width: 320px; }
& tbody tr:last-child > * { border-bottom: none; }
& th { font-weight: 600; color: var(--sr-faint); white-space: nowrap; }
& td.sr-number, & th.sr-number { text-align: right; white-space: nowrap; overflow-wrap: normal;
  font-variant-numeric: tabular-nums; }
& td.sr-short { white-space: nowrap; overflow-wrap: normal; }
& .sr-talk { display: flex; flex-wrap: wrap; flex-direction: row-reverse; gap: 12px 20px;
  align-items: flex-start; margin-top: 10px; }
& .sr-aside { flex: 1 1 210px; max-width: 100%; min-width: 0; }
& .sr-turns { flex: 3 1 380px; min-width: 0; display: flex; flex-direction: column; gap: 8px; }
& .sr-turn { max-width: 86%; align-self: flex-start; min-width: 0; }
& .sr-turn-user { align-self: flex-end; }
& .sr-turn-system { align-self: center; max-width: 100%; }
& .sr-who { font-size: 12px; color: var(--sr-faint); display: flex; flex-wrap: wrap; gap: 0 8px; }
& .sr-turn-user > .sr-who { justify-content: flex-end; }
& .sr-who b { font-weight: 600; color: var(--sr-text); }
& .sr-bubble { border-radius: 12px; padding: 6px 11px; overflow: hidden;
  border: 1px solid transparent; color: var(--sr-text); border-color: var(--sr-line); }
& .sr-bubble > div + details, & .sr-bubble > details + details { margin-top: 4px; }
& .sr-turn-user > .sr-bubble { background: var(--sr-user-back); color: var(--sr-user-text);
  border-color: transparent; border-bottom-right-radius: 3px; }
& .sr-turn-agent > .sr-bubble { background: var(--sr-agent-back); color: var(--sr-agent-text);
  border-color: transparent; border-bottom-left-radius: 3px; }
& .sr-turn-tool > .sr-bubble { background: var(--sr-tool-back); color: var(--sr-tool-text);
  border: 1px dashed; border-radius: 6px; }
& .sr-turn-system > .sr-bubble { border-style: dotted; }
& .sr-said { white-space: pre-wrap; unicode-bidi: isolate; }
& .sr-rest { font-style: italic; font-size: 12px; }
& .sr-check { display: flex; gap: 6px; align-items: baseline; margin: 4px 0; }
& .sr-check > div { min-width: 0; flex: 1; }
& .sr-head { font-weight: 600; margin: 10px 0 2px; }
& .sr-head:first-child { margin-top: 0; }
& .sr-beside { display: grid; gap: 14px 18px; margin-top: 4px;
  grid-template-columns: repeat(auto-fit, minmax(min(280px, 100%), 1fr)); }
& .sr-beside > div { min-width: 0; }
& .sr-beside > div + div { border-left: 1px solid var(--sr-line); padding-left: 18px; }
"""


def _themed(scope: str) -> str:
    dark = ("[data-jp-theme-light=false]", "html[theme=dark]", "[data-theme=dark]", ".vscode-dark",
            ".vscode-high-contrast")  # fmt: skip
    light = ("[data-jp-theme-light=true]", "html[theme=light]", "[data-theme=light]",
             ".vscode-light", ".vscode-high-contrast-light")  # fmt: skip
    sheet = (
        f"& {{{_LIGHT}}}"
        f"@media (prefers-color-scheme: dark) {{ & {{{_DARK}}} }}"
        f"{', '.join(f'{theme} &' for theme in dark)} {{{_DARK}}}"
        f"{', '.join(f'{theme} &' for theme in light)} {{{_LIGHT}}}"
    )
    return " ".join((sheet + _RULES).replace("&", scope).split())


def whole_page() -> str:
    """Gives the style of a page of its own: light or dark as its reader has it, light on paper."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{{_DARK}}} }}"
    return " ".join(f":root {{{_LIGHT}}}{dark}{_RULES.replace('&', 'body')}".split())


SCOPE = f"sr-{sha256((_LIGHT + _DARK + _RULES).encode()).hexdigest()[:6]}"
"""The class of an output, which is another one if the style is."""

STYLE = _themed(f".{SCOPE}.{SCOPE}")
"""Rules with a selector that outweighs those of notebooks for tables and for code."""
