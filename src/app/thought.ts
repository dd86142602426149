// How long a person was asked and had not decided yet, read from an exchange's timeline: neither the provider nor a limit took
// that time. Arithmetic on values.
import type { Moment } from "../core/jobs/stores.ts";

/** What the person's thinking took of the time from `from` to `to`, both epoch ms; 0 where nothing was asked. ms */
export function thoughtMs(moments: readonly Moment[], from: number, to: number): number {
  let sum = 0;
  let asked: number | null = null;
  const decided = (at: number) => {
    if (asked !== null) sum += Math.max(0, Math.min(at, to) - Math.max(asked, from));
    asked = null;
  };
  for (const moment of moments) {
    if (moment.what !== "state") continue;
    decided(moment.at);
    if (moment.note === "asked" || moment.state === "outcomeUnknown") asked = moment.at;
  }
  decided(to);
  return sum;
}
