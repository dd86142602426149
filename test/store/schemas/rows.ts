// What the files of earlier schemas hold: something of everything that a person would miss. The same rows were written by the
// code of their time and are expected back from the code of today.
import type { Job, Result } from "../../../src/core/jobs/model.ts";
import type { Exchange, Moment } from "../../../src/core/jobs/stores.ts";
import type { Account } from "../../../src/core/profile/account.ts";
import type { Claim } from "../../../src/core/quota/model.ts";

/** When all of it happened. Epoch ms */
export const START = Date.UTC(2026, 10, 22, 14, 2, 0);

/** A simulated account and one with a key and a limit of its own. */
export const accounts: readonly Account[] = [
  {
    id: "sim-sync",
    providerId: "sync",
    name: "Simulated",
    planId: null,
    keys: [{ id: "sim-sync-1", name: "Simulated", hint: "" }],
    overrides: [],
    simulated: true,
  },
  {
    id: "real",
    providerId: "sauti",
    name: "Studio",
    planId: null,
    keys: [{ id: "k1", name: "main", hint: "…cdef" }],
    overrides: [],
    simulated: false,
  },
];

const STATES = [
  "intent",
  "waiting",
  "sent",
  "accepted",
  "outcomeUnknown",
  "done",
  "failed",
  "refused",
  "cancelled",
] as const;
const OVER: ReadonlySet<string> = new Set(["done", "failed", "refused", "cancelled"]);
const ANSWERED: ReadonlySet<string> = new Set(["accepted", "done", "failed", "refused"]);

/** One exchange in each state. */
export const exchanges: readonly Exchange[] = STATES.map((state, index) => {
  const createdAt = START + index * 60_000;
  const body = JSON.stringify({ id: `job-${index}`, status: "COMPLETED", note: `a "quoted" 'word', ü` });
  return {
    id: `x-${state}`,
    providerId: "sync",
    accountId: "sim-sync",
    keyId: "sim-sync-1",
    actionId: "generate",
    title: `Generate ${state}`,
    state,
    createdAt,
    endedAt: OVER.has(state) ? createdAt + 4_000 : null,
    input: { text: `Habari ya ${state}`, model: "lipsync-2" },
    idempotencyKey: `key-${index}`,
    request: {
      method: "POST",
      url: "http://127.0.0.1:7/sync/v2/generate",
      headers: { "idempotency-key": `key-${index}` },
      body: '{"model":"lipsync-2"}',
    },
    answer: ANSWERED.has(state)
      ? { status: state === "failed" ? 422 : 201, headers: { "x-request-id": `r${index}` }, body, bytes: 90 }
      : null,
    problem: state === "failed" ? { sentence: "Sync refused the input.", remedy: "Change it." } : null,
    attempts: state === "intent" || state === "waiting" ? 0 : 1,
  };
});

/** What happened to an exchange, its last state at the end. */
export function momentsOf({ state, createdAt: at, answer }: Exchange): Moment[] {
  const head = {
    status: answer?.status ?? 0,
    headers: answer?.headers ?? {},
    sentAt: at + 10,
    gotAt: at + 900,
    quick: false,
  };
  const began: Moment[] = [{ at, what: "state", state: "intent", note: null }];
  if (state === "intent") return began;
  began.push({
    at,
    what: "waiting",
    wait: {
      partition: "sync/account:sim-sync/generate",
      policyId: "generate",
      cause: "rate",
      until: at + 10,
      evidence: "published",
      left: 0,
      limit: 60,
    },
  });
  if (answer !== null)
    began.push(
      { at: at + 10, what: "sent", attempt: 1 },
      { at: at + 900, what: "answered", attempt: 1, head },
    );
  return [...began, { at: at + 1_000, what: "state", state, note: null }];
}

/** A job that is polled, one whose result is being fetched, one that has ended. */
export const jobs: readonly Job[] = (["accepted", "sent", "done"] as const).map((name, index) => ({
  id: `x-${name}`,
  exchangeId: `x-${name}`,
  providerId: "sync",
  accountId: "sim-sync",
  keyId: "sim-sync-1",
  actionId: "generate",
  step: -1,
  remoteId: `job-${name}`,
  state: name === "accepted" ? "running" : "succeeded",
  word: name === "accepted" ? "PROCESSING" : "COMPLETED",
  progress: null,
  createdAt: START + index,
  endedAt: name === "accepted" ? null : START + 9_000,
  polls: 2,
  nextPollAt: name === "accepted" ? START + 5_000 : null,
  answers: { last: { status: "PROCESSING" } },
  input: { model: "lipsync-2" },
  asks: null,
  watched: true,
  error: null,
  ...(name === "sent" ? { stage: "fetch" as const } : {}),
}));

/** A result on disk, one that was saved by the person, one that is still a link. */
export const results: readonly Result[] = ["kept", "saved", "link"].map((name, index) => ({
  id: `x-done-0-${index}`,
  exchangeId: "x-done",
  kind: "video",
  title: name,
  file: name === "link" ? null : `x-done-0-${index}.mp4`,
  bytes: name === "link" ? null : 1_000 + index,
  mediaType: "video/mp4",
  digest: null,
  link: name === "link" ? "https://cdn.example/out.mp4" : null,
  linkExpiresAt: name === "link" ? START + 86_400_000 : null,
  problem: null,
  durationMs: 2_000,
  place: { step: -1, index },
  ...(name === "saved" ? { saved: true } : {}),
}));

/** Three of ten are spent. */
export const claim: Claim = {
  accountId: "sim-sync",
  parts: [
    {
      partition: "sync/account:sim-sync/generate",
      policy: {
        type: "rate",
        id: "generate",
        title: "Generations",
        noun: "requests",
        kind: "sliding",
        limit: 10,
        quotaWindowMs: 3_600_000,
        refusedCount: false,
        evidence: "published",
      },
      cost: 1,
    },
  ],
};
export const SPENT = 3;
