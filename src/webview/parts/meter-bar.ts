// The drawing of a budget: a bar cut into countable cells, or a row of places. Shape and pattern say what colour says.
import { css, html, nothing, type TemplateResult } from "lit";
import type { MeterView } from "../../protocol/snapshot.ts";
import { type Shares, sharesOf } from "./meter-facts.ts";

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
  .endless {
    --ends: linear-gradient(to right, #000 40%, transparent);
    mask-image: var(--ends);
  }
  .cut.endless {
    mask-composite: intersect;
    mask-image:
      repeating-linear-gradient(to right, #000 0 calc(var(--cell) - 2px), transparent 0 var(--cell)), var(--ends);
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
  .cells .counted {
    background: color-mix(in srgb, var(--accent) 75%, transparent);
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

/** The bar of a rate budget. Full means nothing spent; it falls towards its start. */
export function barOf(meter: MeterView): TemplateResult {
  const shares = sharesOf(meter);
  const cut = shares.cells !== null;
  const unknown = meter.limit === null;
  // A known budget is read from what is left; an unknown one from what was counted.
  const order = unknown
    ? (["spent", "foreign", "inFlight"] as const)
    : (["left", "inFlight", "spent", "foreign", "over"] as const);
  const classes = [
    "cells",
    cut ? "cut" : "",
    unknown ? "endless" : "",
    meter.closedUntil === null ? "" : "shut",
  ];
  return html`<div class="bar">
    <div class=${classes.filter(Boolean).join(" ")} .style=${`--n:${lengthOf(shares, unknown)}`}>
      ${order.map((name) => part(name, shares, unknown))}
      ${unknown ? html`<i class="spent" .style=${"flex:1 1 0"}></i>` : nothing}
    </div>
  </div>`;
}

/** An unknown limit leaves room behind what was counted, so that the bar has no end. */
function lengthOf(shares: Shares, unknown: boolean): number {
  return unknown ? Math.max(10, Math.ceil(shares.whole * 1.4)) : shares.whole;
}

function part(name: "left" | "inFlight" | "spent" | "foreign" | "over", shares: Shares, unknown: boolean) {
  const size = shares[name];
  if (size <= 0) return nothing;
  const shown = unknown && name === "spent" ? "counted" : name;
  return html`<i class=${shown} .style=${`width:${(size / lengthOf(shares, unknown)) * 100}%`}></i>`;
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
