// Meters of the kinds that are not sliding, for the gallery. Data only.
import type { MeterView } from "../../../src/protocol/snapshot.ts";
import { at, meter } from "./parts.ts";

/** Ten writes a minute, all spent. */
export const fixedMeter: MeterView = meter({
  id: "voicedub.minute",
  title: "Writes a minute",
  noun: "writes",
  kind: "fixed",
  used: 10,
  left: 0,
  nextAt: at + 7000,
  fullAt: at + 7000,
  leavesAt: [],
  evidence: "counted",
  evidenceAt: at - 12_000,
  sentence: "0 of 10 writes left; all back at 14:02:00; counted here.",
});
/** Six requests counted against an unknown limit. */
export const unknownMeter: MeterView = meter({
  id: "soundpiece.requests",
  title: "Requests",
  noun: "requests",
  kind: "unknown",
  limit: null,
  used: 6,
  left: null,
  quotaWindowMs: 60_000,
  nextAt: null,
  fullAt: null,
  leavesAt: [],
  evidence: "counted",
  evidenceAt: at - 21_000,
  sentence: "6 requests counted in the last minute; the limit is not known.",
});
