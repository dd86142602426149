// Whatever a server writes into its headers, what follows is a sensible wait: never negative, never without end, never
// shorter than a valid hint. The hints are made together with their meaning, so no second reader can share a fault.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { HeaderDialect } from "../../../src/core/profile/schema.ts";
import { NO_CLOCK } from "../../../src/core/quota/clock.ts";
import { diagnose } from "../../../src/core/quota/diagnosis.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import type { Head } from "../../../src/core/quota/model.ts";
import { reserve } from "../../../src/core/quota/reserve.ts";
import { settle } from "../../../src/core/quota/settle.ts";
import { EMPTY } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

/** All cases together; a single part's share is below. */
const CASES = 200_000;
const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const LONGEST_MS = 33 * 86_400_000;
const fact = { source: "a test", readOn: "2026-11", evidence: "published" } as const;
const RULES = [{ status: 429, kind: "rate" as const, fact }];
const claims = [
  claimOf(["s", "sliding", 10, 60_000]),
  claimOf(["u", "unknown", null, null]),
  claimOf(["w", "fixed", 500, 60_000], ["h", "fixed", 20_000, 3_600_000], ["all", "fixed", 15_000, 60_000]),
  claimOf(["b", "bucket", 10, 60_000]),
  claimOf(["o", "fixedFromFirst", 10, 60_000]),
];

/** What a header says: its text, and the wait that it means; null where it means nothing. */
interface Hint {
  readonly text: string;
  readonly ms: number | null;
}

const seconds = fc.integer({ min: 1, max: 30 * 86_400 });
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const rubbish = fc.oneof(
  fc.string({ maxLength: 24 }),
  fc.constantFrom(
    "",
    "0",
    "-1",
    "-99999",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1e9",
    "0x10",
    "soon",
    ",",
    ";",
  ),
  fc.constantFrom(
    "null",
    "undefined",
    "[object Object]",
    "00:00",
    "32",
    "9".repeat(400),
    "2026-13-45T99:99:99Z",
  ),
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  fc.double().map(String),
);
const hints: fc.Arbitrary<Hint> = fc.oneof(
  seconds.map((s) => ({ text: String(s), ms: s * 1000 })),
  seconds.map((s) => ({ text: ` ${s} `, ms: s * 1000 })),
  fc.integer({ min: 1, max: 1_000_000 }).map((ms) => ({ text: (ms / 1000).toFixed(3), ms })),
  seconds.map((s) => ({ text: new Date(NOW + s * 1000).toUTCString(), ms: s * 1000 })),
  seconds.map((s) => ({ text: rfc850(NOW + s * 1000), ms: s * 1000 })),
  fc.tuple(seconds, seconds).map(([a, b]) => ({ text: `${a}, ${b}`, ms: Math.max(a, b) * 1000 })),
  rubbish.map((text) => ({ text, ms: null })),
);

/** A date as RFC 850 writes it, without the day's name in full, which some servers do. */
function rfc850(at: number): string {
  const day = new Date(at);
  return `${days[day.getUTCDay()]}, ${day.toUTCString().slice(5)}`;
}

const names = [
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "ratelimit",
  "ratelimit-policy",
  "ratelimit-limit",
  "ratelimit-remaining",
  "ratelimit-reset",
  "retry-after-ms",
  "age",
] as const;
const values = fc.oneof(
  rubbish,
  fc.nat(100_000).map(String),
  fc.integer({ min: -100, max: 10_000 }).map((s) => String(Math.floor(NOW / 1000) + s)),
  fc.integer({ min: -100_000, max: 10_000_000 }).map((ms) => String(NOW + ms)),
  fc.tuple(fc.integer(), fc.double()).map(([r, t]) => `"a";r=${r};t=${t}`),
  fc.tuple(fc.nat(1000), fc.nat(10 ** 15)).map(([q, w]) => `"a";q=${q};w=${w}, "b";q=1;w=1`),
  fc.tuple(fc.nat(10), fc.integer({ min: -5, max: 10 ** 15 })).map(([r, t]) => `"a";r=${r};t=${t}`),
  fc.tuple(fc.nat(10), fc.nat(10 ** 12)).map(([r, t]) => `limit=10, remaining=${r}, reset=${t}`),
);
const others = fc.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 6 });
const dialects: readonly (HeaderDialect | null)[] = [
  null,
  {
    limit: { name: "x-ratelimit-limit", form: "count" },
    remaining: { name: "x-ratelimit-remaining", form: "count" },
    reset: { name: "x-ratelimit-reset", form: "epochSeconds" },
    retryAfter: { name: "retry-after", form: "auto" },
    describes: "ownCategory",
    structured: true,
    fact,
  },
];
const cases = fc.record({
  claim: fc.constantFrom(...claims),
  dialect: fc.constantFrom(...dialects),
  status: fc.constantFrom(200, 429, 429, 403, 503),
  hint: fc.option(hints, { nil: null }),
  others,
  date: fc.oneof(
    { weight: 4, arbitrary: fc.constant(new Date(NOW).toUTCString()) },
    { weight: 1, arbitrary: rubbish },
  ),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** Sends one, answers it so, and asks for the next; all that is heard on the way. */
function play({ claim, dialect, status, hint, others: extra, date }: Case) {
  const booked = reserve(
    { claim, lane: "person", flight: "f", holder: "f" },
    claim.parts.map(() => EMPTY),
    NO_CLOCK,
    NOW,
  );
  assert.ok(booked.granted);
  const headers: Record<string, string> = { ...Object.fromEntries(extra), date };
  if (hint !== null) headers["retry-after"] = hint.text;
  const head: Head = { status, headers, sentAt: NOW, gotAt: NOW + 40, quick: true };
  const refusal = diagnose({ head, body: undefined, rules: RULES, dialect, meters: [] });
  const own = { claim, flight: "f", holder: "f", tookSlots: false, briefSlots: false, chance: 0.5 };
  const reading = readHead(head, dialect);
  const settled = settle({ ...own, head, reading, refusal }, booked.states, NO_CLOCK, NOW + 40);
  const next = reserve(
    { claim, lane: "person", flight: "g", holder: "g" },
    settled.states,
    settled.clock,
    NOW + 40,
  );
  return { refusal, reading, next, headers };
}

for (const part of [1, 2])
  test(`no header makes a wait that is negative, no number or without end (part ${part})`, () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { refusal, next } = play(one);
        if (refusal?.until != null) {
          assert.ok(
            refusal.until > NOW && refusal.until <= NOW + LONGEST_MS,
            `refused until ${refusal.until}`,
          );
        }
        if (next.granted) return;
        const { until } = next.wait;
        assert.ok(until !== null && until > NOW && until <= NOW + LONGEST_MS, `waits until ${until}`);
      }),
      { numRuns: CASES / 4 },
    );
  });

for (const part of [1, 2])
  test(`a refusal is never followed earlier than a valid hint says (part ${part})`, () => {
    const dated = cases.map((one) => ({ ...one, status: 429 as const, date: new Date(NOW).toUTCString() }));
    fc.assert(
      fc.property(dated, (one) => {
        const { next, headers } = play(one);
        const ms = one.hint?.ms ?? null;
        // A second header that states milliseconds goes before the one in whole seconds.
        if (ms === null || "retry-after-ms" in headers) return;
        assert.ok(!next.granted, "goes at once");
        // The one exception: the end of a fixed quota window that is known more finely than in whole seconds.
        const cut = one.claim.parts.some(({ policy }) => policy.type === "rate" && policy.kind === "fixed")
          ? 999
          : 0;
        assert.ok(next.wait.until !== null && next.wait.until >= NOW + 40 + ms - cut, `${next.wait.until}`);
      }),
      { numRuns: CASES / 4 },
    );
  });
