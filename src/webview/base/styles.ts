// The look that parts share: sizes, colours by theme variable, icons, quiet buttons. No colour of its own but the theme's.
import { css } from "lit";

/** Put first in the styles of every part. */
export const shared = css`
  :host {
    box-sizing: border-box;
    display: block;
    min-width: 0;
    --soft: var(--vscode-descriptionForeground);
    --accent: var(--vscode-progressBar-background);
    --line: var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-input-border, transparent)));
    --faint: color-mix(in srgb, var(--vscode-foreground) 5%, transparent);
    --track: color-mix(in srgb, var(--vscode-foreground) 16%, transparent);
    --good: var(--vscode-charts-green);
    --warn: var(--vscode-editorWarning-foreground, var(--vscode-charts-yellow));
    --bad: var(--vscode-errorForeground);
    /* Text in a warning colour, drawn towards the text's own until it reads well on a light ground. */
    --bad-text: color-mix(in srgb, var(--bad) 62%, var(--vscode-foreground));
    --warn-text: color-mix(in srgb, var(--warn) 50%, var(--vscode-foreground));
    --small: calc(var(--vscode-font-size, 13px) - 1.5px);
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  /* The element gives its second buttons the border of the first ones, which looks like the keyboard's mark. */
  vscode-button[secondary] {
    --vscode-button-border: var(--vscode-button-secondaryBorder, var(--vscode-contrastBorder));
  }
  .icon {
    display: inline-block;
    flex: none;
    font: normal normal normal 16px/1 codicon;
    height: 1em;
    overflow: hidden;
    text-rendering: auto;
    width: 1em;
    user-select: none;
    -webkit-font-smoothing: antialiased;
  }
  .small .icon,
  .icon.small {
    font-size: 14px;
  }
  h2,
  h3,
  p,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  dl {
    display: grid;
    gap: 2px 12px;
    grid-template-columns: auto minmax(0, 1fr);
  }
  dt {
    color: var(--soft);
  }
  dd {
    overflow-wrap: anywhere;
  }
  h2 {
    color: var(--soft);
    font-size: var(--small);
    font-weight: 600;
    line-height: 20px;
  }
  h3 {
    font-size: inherit;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .small {
    font-size: var(--small);
    line-height: 1.45;
  }
  .soft {
    color: var(--soft);
  }
  .figures {
    font-variant-numeric: tabular-nums;
  }
  .hidden {
    clip-path: inset(50%);
    height: 1px;
    overflow: hidden;
    position: absolute;
    white-space: nowrap;
    width: 1px;
  }
  button.quiet {
    align-items: center;
    background: none;
    border: 0;
    border-radius: 4px;
    color: inherit;
    cursor: pointer;
    display: inline-flex;
    font: inherit;
    gap: 4px;
    justify-content: center;
    min-height: 22px;
    min-width: 22px;
    padding: 2px 4px;
  }
  button.quiet:hover {
    background: var(--vscode-toolbar-hoverBackground);
    outline: 1px dashed var(--vscode-toolbar-hoverOutline, transparent);
    outline-offset: -1px;
  }
  button.quiet:active {
    background: var(--vscode-toolbar-activeBackground, var(--vscode-toolbar-hoverBackground));
  }
  button.quiet:focus-visible,
  summary:focus-visible,
  [data-entry]:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  button.link {
    background: none;
    border: 0;
    border-radius: 2px;
    color: var(--vscode-textLink-foreground);
    cursor: pointer;
    font: inherit;
    padding: 0;
    text-align: start;
  }
  [data-entry]:focus:not(:focus-visible) {
    outline: none;
  }
  button.link:hover {
    color: var(--vscode-textLink-activeForeground);
    text-decoration: underline;
  }
  button.link:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 1px;
  }
`;
