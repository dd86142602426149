// What must become of an exchange under each fault, by where it strikes and by what the provider's contract allows.
import type { FaultKind } from "../../src/simulator/faults.ts";
import type { Subject } from "./fault-subjects.ts";
import type { Order } from "./fault-world.ts";

/**
 * done: it succeeds by itself. resend: the person sends it again under the same key, then it is done. fetch: the person fetches the
 * result again, where it does not come by itself. lost: nobody can tell, and the person gives up. refused: nothing was done, and that is said. kept: it may
 * be charged, that is said, and what came is kept. jobFailed: the job failed at the provider. stuck: it never ends there, and stays
 * under way. strayed: the provider names a job that it does not know. cut: what came is shorter than what was made.
 */
export type Outcome =
  | "done"
  | "resend"
  | "fetch"
  | "lost"
  | "refused"
  | "kept"
  | "jobFailed"
  | "stuck"
  | "strayed"
  | "cut";

/** At a create with an idempotency key, at one without, at a poll, at the fetching of a result. */
type Row = readonly [keyed: Outcome, bare: Outcome, poll: Outcome, fetch: Outcome];

const passes: Row = ["done", "done", "done", "done"];
const answerLost: Row = ["done", "lost", "done", "done"];
const notTaken: Row = ["done", "refused", "done", "done"];
const unreadable: Row = ["resend", "kept", "done", "fetch"];

const table: Readonly<Record<FaultKind, Row>> = {
  bare429: passes,
  retryAfterAbsent: passes,
  retryAfterZero: passes,
  retryAfterDate: passes,
  retryAfterRubbish: passes,
  status500: notTaken,
  status502: ["done", "refused", "done", "fetch"],
  status503: ["done", "refused", "done", "fetch"],
  redirect: ["refused", "refused", "done", "fetch"],
  loseAnswer: answerLost,
  cutHead: answerLost,
  cutBody: answerLost,
  stallBody: answerLost,
  manyHeaders: answerLost,
  hugeHeader: answerLost,
  slowBody: passes,
  malformedHeaders: passes,
  wrongType: passes,
  brokenGzip: passes,
  hostileText: passes,
  hostileLinks: passes,
  backwardsJob: passes,
  brokenJson: ["resend", "kept", "done", "done"],
  deepJson: unreadable,
  emptyAnswer: unreadable,
  hugeAnswer: unreadable,
  endlessBody: unreadable,
  wrongLength: ["resend", "kept", "done", "done"],
  hostileIds: ["strayed", "strayed", "done", "done"],
  twinId: passes,
  idempotencyUnknown: passes,
  stuckJob: ["stuck", "stuck", "done", "done"],
  failedJob: ["jobFailed", "jobFailed", "done", "done"],
};

/** What only one kind of answer can suffer. */
const exceptions: Readonly<
  Partial<Record<Subject["answer"], Readonly<Partial<Record<FaultKind, Outcome>>>>>
> = {
  // The job's own address was called: asking it tells what the answer did not.
  knownJob: {
    loseAnswer: "done",
    cutHead: "done",
    cutBody: "done",
    stallBody: "done",
    manyHeaders: "done",
    hugeHeader: "done",
    brokenJson: "done",
    deepJson: "done",
    emptyAnswer: "done",
    hugeAnswer: "done",
    endlessBody: "done",
    wrongLength: "done",
  },
  // Another job of the flow answers by the name that was given: it is over, and has another result.
  secondJob: { twinId: "kept" },
  // There is no job, so there is none to fail or to be named wrongly.
  result: { failedJob: "refused", stuckJob: "done", hostileIds: "done" },
  bytes: {
    failedJob: "refused",
    stuckJob: "done",
    hostileIds: "done",
    brokenJson: "done",
    wrongLength: "cut",
  },
};

/** What must become of it under one fault. */
export function expected(subject: Subject, { kind, at }: Order): Outcome {
  const [keyed, bare, poll, fetch] = table[kind];
  if (at === "poll") return poll;
  if (at === "fetch") return fetch;
  if (kind === "idempotencyUnknown" && subject.providerId === "sync") return "resend";
  return exceptions[subject.answer]?.[kind] ?? (subject.keyed ? keyed : bare);
}

/** Ends that nothing mends any more. */
const final: ReadonlySet<Outcome> = new Set([
  "lost",
  "refused",
  "kept",
  "jobFailed",
  "stuck",
  "strayed",
  "cut",
]);
const places = ["create", "poll", "fetch"];
/** What strikes the work strikes after whatever strikes the request on its way to it. */
const ofWork: ReadonlySet<FaultKind> = new Set([
  "stuckJob",
  "failedJob",
  "backwardsJob",
  "idempotencyUnknown",
]);

/** What becomes of a job is decided once: of several fates the first one holds. */
const fates: ReadonlySet<FaultKind> = new Set(["stuckJob", "failedJob", "backwardsJob"]);

/** What strikes a create so that it is sent once more: by itself, or by a click with its key. */
function isSentAgain(subject: Subject, { kind }: Order): boolean {
  return table[kind] === passes ? /429|retryAfter/.test(kind) : subject.keyed && table[kind][0] !== "refused";
}

/** Work that fails while its create waits is told by the answer's status. */
function failsAtOnce({ answer }: Subject, orders: readonly Order[]): boolean {
  const fails = orders.some(({ kind, at }) => kind === "failedJob" && at === "create");
  return fails && (answer === "result" || answer === "bytes");
}

/** Whether a fault of a create's answer lets its status through: of an error, that is all that counts. */
function hasHead({ kind, at }: Order): boolean {
  return (
    at === "create" &&
    !ofWork.has(kind) &&
    !/^(loseAnswer|cutHead|manyHeaders|hugeHeader|.*429|retry.*)$/.test(kind)
  );
}

/** What must become of it under several: the first on its way that nothing mends decides. */
export function expectedOf(subject: Subject, orders: readonly Order[]): Outcome {
  const rank = ({ kind, at }: Order) => places.indexOf(at) * 2 + (ofWork.has(kind) ? 1 : 0);
  const onTheWay = orders.toSorted((one, two) => rank(one) - rank(two));
  const creates = onTheWay.filter(({ kind, at }) => at === "create" && !ofWork.has(kind));
  const last = creates.findIndex((one) => !isSentAgain(subject, one));
  // A create that goes through is the last one: what was ordered for another strikes nobody.
  const sealed = orders.filter(({ kind, at }) => at === "create" && fates.has(kind)).slice(1);
  const idle = [...(last < 0 ? [] : creates.slice(last + 1)), ...sealed];
  const struck = onTheWay.filter(
    (one) => !idle.includes(one) && !(failsAtOnce(subject, orders) && hasHead(one)),
  );
  const outcomes = struck.map((one) => expected(subject, one));
  return outcomes.find((one) => final.has(one)) ?? outcomes.find((one) => one !== "done") ?? "done";
}

const mended: ReadonlySet<string> = new Set(["done", "resend", "fetch"]);

/** Whether it ended as it must; of several faults one may spare the person the click that another one needs. */
export function isAsExpected(outcome: string, subject: Subject, orders: readonly Order[]): boolean {
  const wanted = expectedOf(subject, orders);
  if (outcome === wanted || (wanted === "fetch" && outcome === "done")) return true;
  // What waits for a second poll may strike the result instead, where that lies below the polled address.
  const below =
    subject.at.poll?.path !== undefined &&
    subject.at.fetch?.path?.startsWith(subject.at.poll.path.replace("*", ""));
  const late = orders.map((one) => (one.at === "poll" ? { ...one, at: "fetch" as const } : one));
  if (below === true && orders.length > 1 && outcome === expectedOf(subject, late)) return true;
  // The answer to a create that is sent again may hold the result already: then nobody asks by the wrong name.
  const early = wanted === "strayed" && subject.keyed;
  return orders.length > 1 && (early || mended.has(wanted)) && mended.has(outcome);
}
