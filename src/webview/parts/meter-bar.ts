// The drawing of a budget: a bar cut into countable cells, or a row of places. Shape and pattern say what colour says.
import { css, html, nothing, type TemplateResult } from "lit";
import type { MeterView } from "../../protocol/snapshot.ts";
import { isLimited, sharesOf } from "./meter-facts.ts";

/** Places beyond this number are drawn as a bar. */
const mostPlaces = 24;

/** The styles of bar, places and axis. */
export const barStyles = css`
  .gauge {
    padding: 2px 0;
  }
  .bar {
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 3px;
    height: 12px;
    overflow: hidden;
    padding: 1px;
  }
  .cells {
    display: flex;
    height: 8px;
    width: 100%;
  }
  .cut {
    --cell: calc(100% / var(--n));
    mask-image: repeating-linear-gradient(to right, #000 0 calc(var(--cell) - 2px), transparent 0 var(--cell));
    width: calc(100% + 2px);
  }
  .cells i {
    flex: 0 0 auto;
    height: 100%;
  }
  .left {
    background: var(--accent);
  }
  .inFlight {
    background: repeating-linear-gradient(90deg, var(--accent) 0 2px, transparent 0 4px) var(--track);
  }
  .spent,
  .free {
    background: var(--track);
  }
  .foreign {
    background: repeating-linear-gradient(135deg, var(--soft) 0 1.5px, transparent 0 4px) var(--track);
  }
  .over {
    background: repeating-linear-gradient(45deg, var(--bad) 0 3px, transparent 0 5px);
    outline: 1px solid var(--bad);
    outline-offset: -1px;
  }
  .tally {
    border-bottom: 1px dashed color-mix(in srgb, var(--vscode-foreground) 45%, transparent);
    height: 9px;
  }
  .tally i {
    background: repeating-linear-gradient(to right, var(--soft) 0 2px, transparent 0 5px);
    display: block;
    height: 7px;
  }
  .shut {
    opacity: 0.45;
  }
  .places {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    padding: 1px 0;
  }
  .places i {
    border: 1px solid var(--accent);
    border-radius: 3px;
    flex: 0 1 28px;
    height: 10px;
    min-width: 10px;
  }
  .places .free {
    background: var(--accent);
  }
  .places .taken,
  .places .foreign {
    border-color: color-mix(in srgb, var(--vscode-foreground) 45%, transparent);
  }
  .places .taken {
    background: none;
  }
  .places .over {
    border-color: var(--bad);
    outline: 0;
  }
  .places .more {
    border-style: dashed;
  }
  .axis {
    border-bottom: 1px solid var(--track);
    height: 6px;
    margin: 1px 2px 0;
    position: relative;
  }
  .axis:not(.sliding) {
    height: 3px;
  }
  .axis i {
    bottom: 0;
    position: absolute;
  }
  .tick {
    background: var(--soft);
    height: 5px;
    margin-left: -1px;
    width: 2px;
  }
  .tick.many {
    margin-left: -2px;
    width: 4px;
  }
  .rest {
    border-inline-end: 2px solid var(--soft);
    border-bottom: 1px solid var(--soft);
    height: 5px;
    left: 0;
    margin-bottom: -2px;
  }
  @media (forced-colors: active) {
    .cells i,
    .places i {
      forced-color-adjust: none;
    }
  }
`;

/** The bar of a rate budget. Full means nothing spent; it falls towards its start. Without a known limit: a tally. */
export function barOf(meter: MeterView): TemplateResult {
  if (!isLimited(meter)) return tallyOf(meter);
  const shares = sharesOf(meter);
  const classes = ["cells", shares.cells === null ? "" : "cut", meter.closedUntil === null ? "" : "shut"];
  return html`<div class="bar">
    <div class=${classes.filter(Boolean).join(" ")} .style=${`--n:${shares.whole}`}>
      ${(["left", "inFlight", "spent", "foreign", "over"] as const).map((name) =>
        shares[name] <= 0
          ? nothing
          : html`<i class=${name} .style=${`width:${(shares[name] / shares.whole) * 100}%`}></i>`,
      )}
    </div>
  </div>`;
}

/** A stroke for each that was sent, on a line without an end: nothing in it may look like something that is left. */
function tallyOf({ closedUntil, used }: MeterView): TemplateResult {
  return html`<div class=${closedUntil === null ? "tally" : "tally shut"}>
    <i .style=${`width:min(100%, ${used * 5}px)`}></i>
  </div>`;
}

/** The places of a slots budget: taken ones are empty, since the meter shows what is left. */
export function placesOf(meter: MeterView): TemplateResult {
  if (meter.limit === null || meter.limit > mostPlaces) return barOf(meter);
  const over = Math.max(0, meter.used - meter.limit);
  const foreign = Math.min(meter.foreign, meter.used - over);
  const inFlight = Math.min(meter.inFlight, meter.used - over - foreign);
  const taken = meter.used - over - foreign - inFlight;
  const free = Math.max(0, meter.limit - meter.used);
  const kinds = [
    ...Array.from({ length: free }, () => "free"),
    ...Array.from({ length: inFlight }, () => "inFlight"),
    ...Array.from({ length: taken }, () => "taken"),
    ...Array.from({ length: foreign }, () => "foreign"),
    ...Array.from({ length: over }, () => "over"),
  ];
  return html`<div class=${meter.closedUntil === null ? "places" : "places shut"}>
    ${kinds.map((kind) => html`<i class=${kind}></i>`)}
  </div>`;
}
