// The best that anyone could do who knew everything: when each of a row of requests is let in at the earliest, by each way of
// counting. Written apart from the client's arithmetic; must not import anything from src.
import type { ModelKind } from "./model-server.ts";

/** When the last of so many requests, all there at `startAt`, is let in at the earliest. Server's time, epoch ms. */
export function bestLastAt(
  kind: ModelKind,
  limit: number,
  lengthMs: number,
  count: number,
  startAt: number,
): number {
  const times: number[] = [];
  let at = startAt;
  for (let i = 0; i < count; i++) {
    while (!letsIn(kind, limit, lengthMs, times, at)) at++;
    times.push(at);
  }
  return at;
}

function letsIn(
  kind: ModelKind,
  limit: number,
  lengthMs: number,
  times: readonly number[],
  at: number,
): boolean {
  switch (kind) {
    case "sliding":
      return times.length < limit || times[times.length - limit]! <= at - lengthMs;
    case "fixed":
      return inCell(times, lengthMs, Math.floor(at / lengthMs)) < limit;
    case "fixedFromFirst": {
      // With all waiting from the start every window is filled at once, so that each begins with the first after a full one.
      const first = times[Math.floor((times.length - 1) / limit) * limit];
      return times.length % limit !== 0 || first === undefined || at >= first + lengthMs;
    }
    case "counter": {
      const cell = Math.floor(at / lengthMs);
      const share = 1 - (at / lengthMs - cell);
      const weight = Math.floor(inCell(times, lengthMs, cell - 1) * share);
      return inCell(times, lengthMs, cell) + weight + 1 <= limit;
    }
    case "bucket": {
      let missing = 0;
      let last = times[0] ?? at;
      for (const time of times) {
        missing = Math.max(0, missing - ((time - last) * limit) / lengthMs) + 1;
        last = time;
      }
      return Math.max(0, missing - ((at - last) * limit) / lengthMs) + 1 <= limit + 1e-9;
    }
  }
}

function inCell(times: readonly number[], lengthMs: number, cell: number): number {
  let count = 0;
  for (let i = times.length - 1; i >= 0 && times[i]! >= (cell - 1) * lengthMs; i--)
    if (Math.floor(times[i]! / lengthMs) === cell) count++;
  return count;
}
