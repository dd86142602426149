// Decides whether the app is built without being asked for: when something was under way, or its figures are wanted in
// the status bar. Never within activation itself.
import type { Clock } from "../app/ports.ts";
import type { Memory } from "./context-keys.ts";

/** After the editor has settled. ms */
const RESUME_MS = 200;
const SHOW_MS = 1_500;

/** Calls `build` soon where there is a reason to; returns what cancels it. */
export function buildSoon(
  memory: Memory,
  statusBarHidden: boolean,
  clock: Clock,
  build: () => void,
): () => void {
  if (memory.underWay) return clock.after(RESUME_MS, build);
  if (memory.used && !statusBarHidden) return clock.after(SHOW_MS, build);
  return () => {};
}
