// What tests of sentences are about: an instant and two policies.
import type { RatePolicy, SlotPolicy } from "../../src/core/quota/model.ts";

/** 14:01:30 by the machine's clock. */
export const now = new Date(2026, 10, 22, 14, 1, 30).getTime();
export const at = (seconds: number) => now + seconds * 1000;

export const synthesis: RatePolicy = {
  type: "rate",
  id: "synthesis",
  title: "Synthesis",
  noun: "syntheses",
  kind: "sliding",
  limit: 10,
  quotaWindowMs: 60_000,
  refusedCount: false,
  evidence: "published",
};
export const slots: SlotPolicy = {
  type: "slots",
  id: "running",
  title: "Generations at once",
  noun: "generations",
  limit: 3,
  evidence: "published",
};
