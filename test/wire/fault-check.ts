// Judges how an exchange under faults ended: what it is called, and what may never be, whatever struck it.
import type { Subject } from "./fault-subjects.ts";
import type { Outcome } from "./fault-table.ts";
import type { End } from "./fault-world.ts";

/** Names how it ended. */
export function outcomeOf(
  { first, last, whole, charges, size }: End,
  subject: Subject,
  made: number,
): Outcome | string {
  const { state } = last;
  const told = last.results.some((one) => one.problem !== null);
  if (state === "succeeded" && size < made) return told ? "cut" : "cut in silence";
  if (state === "succeeded" && whole) {
    if (first.state === "unknown") return "resend";
    return first.results.some((one) => one.problem !== null) ? "fetch" : "done";
  }
  const said = `${last.problem?.sentence ?? ""} ${last.problem?.remedy ?? ""}`;
  if (state === "lost" && first.state === "unknown") return "lost";
  if (state === "lost" || (state === "running" && last.can.includes("watchAgain"))) return "strayed";
  if (state === "running" || state === "queued") return "stuck";
  if (state !== "failed" || said.trim() === "") return `${state}: ${said}`;
  if (/The job failed at/.test(said)) return "jobFailed";
  if (charges < subject.charges) return "refused";
  return /may have been charged/.test(said) ? "kept" : `failed: ${said}`;
}

/** What is wrong however it ended; empty where nothing is. */
export function wrongs({ first, last, charges, whole }: End, subject: Subject): string[] {
  const found: string[] = [];
  if (charges > subject.charges) found.push(`charged ${charges} times, not ${subject.charges}`);
  if (last.state === "succeeded" && charges !== subject.charges)
    found.push("a result that nobody was charged for");
  const told = last.results.some((one) => one.problem !== null);
  if (last.state === "succeeded" && !whole && !told) found.push("it succeeded, and its result is not there");
  const gone = last.state === "failed" && charges === subject.charges;
  if (gone && !/charged|job failed/i.test(`${last.problem?.sentence} ${last.problem?.remedy}`))
    found.push("it was charged, and that is not said");
  if (first.state === "unknown" && first.can.includes("sendAgain")) found.push("it offers to be paid twice");
  return found;
}
