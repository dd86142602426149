// The styles of a card.
import { css } from "lit";

/** A calm box; the state colours its mark alone, and a mark's shape says the same. */
export const cardStyles = css`
  article {
    background: var(--faint);
    border: 1px solid var(--line);
    border-radius: 6px;
    padding: 9px 10px 10px;
  }
  article.asks {
    border-color: var(--vscode-contrastActiveBorder, var(--vscode-focusBorder));
  }
  header {
    align-items: start;
    display: flex;
    gap: 7px;
  }
  .names {
    flex: 1;
    min-width: 0;
  }
  .names p {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  h3 {
    display: -webkit-box;
    line-height: 1.35;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  .detail {
    color: var(--soft);
    display: -webkit-box;
    margin-top: 6px;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  .state {
    color: var(--soft);
    margin-top: 6px;
  }
  .state b {
    color: var(--vscode-foreground);
    font-weight: 600;
  }
  .steps {
    display: flex;
    gap: 3px;
    margin-top: 6px;
  }
  .steps span {
    background: var(--track);
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 2px;
    flex: 1;
    height: 4px;
    overflow: hidden;
  }
  .steps i {
    background: var(--accent);
    display: block;
    height: 100%;
  }
  @media (prefers-reduced-motion: no-preference) {
    .steps i {
      transition: width 200ms ease-out;
    }
  }
  hr-wait {
    margin-top: 6px;
  }
  .problem {
    border-inline-start: 2px solid var(--bad);
    margin-top: 8px;
    overflow-wrap: anywhere;
    padding-inline-start: 8px;
  }
  .remedy {
    color: var(--soft);
    display: flex;
    gap: 4px;
    margin-top: 3px;
  }
  .remedy .icon {
    font-size: 14px;
    margin-top: 1px;
  }
  hr-ask,
  hr-result {
    margin-top: 9px;
  }
  footer {
    border-top: 1px solid var(--track);
    display: flex;
    flex-wrap: wrap;
    gap: 4px 14px;
    margin-top: 9px;
    padding-top: 7px;
  }
`;
