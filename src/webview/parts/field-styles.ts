// The styles of one field of the form.
import { css } from "lit";

/** Label row, controls at full width, description and problem below. */
export const fieldStyles = css`
  .label {
    align-items: baseline;
    display: flex;
    gap: 8px;
    justify-content: space-between;
    margin-bottom: 3px;
  }
  .name {
    font-weight: 600;
    min-width: 0;
  }
  .name .soft {
    font-weight: 400;
    margin-inline-start: 2px;
  }
  .counter {
    color: var(--soft);
    flex: none;
    white-space: nowrap;
  }
  .counter.over {
    color: var(--bad-text);
    font-weight: 600;
  }
  .description {
    color: var(--soft);
    margin-top: 3px;
  }
  .problem {
    align-items: start;
    color: var(--bad-text);
    display: flex;
    gap: 4px;
    margin-top: 3px;
  }
  .problem .icon {
    color: var(--bad);
    font-size: 14px;
    margin-top: 1px;
  }
  vscode-textarea,
  vscode-textfield,
  hr-select {
    display: block;
    flex: 1;
    min-width: 0;
    width: 100%;
  }
  vscode-textarea,
  vscode-textfield {
    --vscode-inputValidation-errorBackground: var(--vscode-settings-textInputBackground);
  }
  [invalid] {
    --vscode-settings-textInputBorder: var(--vscode-inputValidation-errorBorder);
  }
  .pair {
    align-items: center;
    display: flex;
    gap: 4px;
  }
  .file {
    gap: 8px;
    min-width: 0;
  }
  .file vscode-button {
    flex: none;
  }
  .file .name {
    flex: 1;
    font-weight: 400;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .unit {
    padding-inline-end: 6px;
    white-space: nowrap;
  }
  .load {
    color: var(--vscode-textLink-foreground);
    min-height: 26px;
    min-width: 26px;
  }
  @media (prefers-reduced-motion: no-preference) {
    .loading .icon {
      animation: turn 1.2s linear infinite;
    }
  }
  .loading {
    color: var(--soft);
  }
  @keyframes turn {
    to {
      rotate: 360deg;
    }
  }
`;
