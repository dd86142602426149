// Facts as a list of titles and values. It must not decide which facts are shown.
import { html, type TemplateResult } from "lit";

/** Titles beside their values; `shared` holds the look. */
export function factsOf(
  facts: readonly { readonly title: string; readonly value: string }[],
): TemplateResult {
  return html`<dl>
    ${facts.map(({ title, value }) => html`<dt>${title}</dt><dd>${value}</dd>`)}
  </dl>`;
}
