// What is learned from what passed and what was refused, where nobody published a limit or the published one is not kept.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gridOf, isConfirmed, isLearned, isWhole, logOf, passed } from "../../../src/core/quota/learn.ts";
import {
  EMPTY,
  type Lesson,
  type PartitionState,
  type Spend,
  type Taught,
} from "../../../src/core/quota/state.ts";
import {
  CLOCK,
  learned,
  lessonOf,
  NOW,
  policyOf,
  refusal,
  seen,
  spend,
  UNKNOWN,
  UNPLACED,
} from "./lessons.ts";

test("the offset is taken in the middle of its bounds, and instants may be off by half of them and the jitter", () => {
  assert.deepEqual(gridOf({ ...CLOCK, hi: 3010 }, NOW), { theta: 3005, leewayMs: 4 + 5 + 5 });
  assert.deepEqual(gridOf(UNPLACED, NOW), { theta: null, leewayMs: 9 });
});

test("a limit is ours to learn where neither page nor server gives one", () => {
  assert.equal(isLearned(policyOf(UNKNOWN), EMPTY), true);
  assert.equal(isLearned(policyOf(["r", "sliding", 3, 1000]), EMPTY), false);
  assert.equal(isLearned(policyOf(UNKNOWN), { ...EMPTY, stated: learned(3) }), false);
  assert.equal(isLearned(policyOf(UNKNOWN), { ...EMPTY, stated: learned(null) }), true);
});

test("a learned limit is trusted once more than twice of it passed since the refusal", () => {
  const trusted = (limit: number | null, successes: number | null) =>
    isConfirmed({
      ...EMPTY,
      learned: limit === null ? null : learned(limit),
      lesson: successes === null ? null : lessonOf({ successes }),
    });
  assert.deepEqual(
    [trusted(4, 8), trusted(4, 9), trusted(4, null), trusted(null, 99)],
    [false, true, false, false],
  );
});

test("a quota window was seen whole where the newest of two refusals named its end and held what was learned", () => {
  const whole = (refusals: Lesson["refusals"] | null, limit: number | null = 4) =>
    isWhole({
      ...EMPTY,
      learned: limit === null ? null : learned(limit),
      lesson: refusals === null ? null : lessonOf({ refusals }),
    });
  const [held, less, silent] = [refusal(0, 9, 4), refusal(0, 9, 3), refusal(0, null, 4)];
  assert.deepEqual([whole(null), whole([]), whole([held])], [false, false, false]);
  assert.deepEqual([whole([less, held]), whole([held, less]), whole([held, silent])], [true, false, false]);
  assert.deepEqual([whole([held, held], null), whole([less, less, held])], [false, true]);
});

test("the books tell what passed, oldest first", () => {
  const state = { ...EMPTY, log: [spend(30), spend(10)], cells: [[1, 2, NOW + 20]] as const };
  assert.deepEqual(logOf(state), [spend(10), [NOW + 20, NOW + 20, 2], spend(30)]);
  const nested: Spend[] = [
    [NOW - 30, NOW - 20, 1],
    [NOW - 40, NOW - 10, 1],
  ];
  for (const log of [nested, nested.toReversed()]) assert.deepEqual(logOf({ ...EMPTY, log }), nested);
});

test("what passes is remembered while a limit is learned, and forgotten once it is trusted", () => {
  const after = (books: Partial<PartitionState>, figures = UNKNOWN) =>
    passed(policyOf(figures), { ...EMPTY, ...books }, spend(0)).lesson;
  assert.equal(after({}, ["r", "sliding", 3, 1000]), null);
  assert.deepEqual(after({}), lessonOf({ passes: [spend(0)], successes: 1 }));
  const refusals = [refusal(-9, 0)];
  const lesson = lessonOf({ passes: [spend(-5)], refusals, successes: 7 });
  assert.deepEqual(after({ lesson, learned: learned(4) }), {
    ...lesson,
    passes: [spend(-5), spend(0)],
    successes: 8,
  });
  assert.deepEqual(
    after({ lesson: { ...lesson, successes: 8 }, learned: learned(4) }),
    lessonOf({ successes: 9 }),
  );
  const bare = lessonOf({ refusals, successes: 8 });
  assert.deepEqual(after({ lesson: bare, learned: learned(4) }), { ...bare, successes: 9 });
});

test("beyond 192 passes neighbours are remembered together, those within 50 ms first, then twice as much", () => {
  const count = (units: number, apart: number) => {
    const passes = Array.from(
      { length: units - 1 },
      (_, i): Spend => [NOW - (units - i) * apart, NOW - (units - i) * apart, 1],
    );
    const next: Spend = [NOW - apart, NOW - apart, 1];
    return passed(policyOf(UNKNOWN), { ...EMPTY, lesson: lessonOf({ passes }) }, next).lesson?.passes.length;
  };
  assert.deepEqual([count(192, 40), count(193, 40), count(193, 60)], [192, 97, 97]);
});

const passes: Spend[] = [
  [NOW - 100, NOW - 100, 2],
  [NOW - 50, NOW - 50, 1],
];
const lesson = lessonOf({ passes, successes: 3 });

test("number, length and kind of an unknown limit follow from one refusal that names its end, and are said when they change", () => {
  const found = seen(UNKNOWN, { lesson, cells: [[1, 5, NOW]], opened: [0, 0] }, 0, 9900);
  assert.deepEqual(found.state, {
    ...EMPTY,
    log: passes,
    lesson: { passes, refusals: [refusal(0, 9900, 3)], successes: 0 },
    learned: learned(3),
  });
  assert.deepEqual(found.findings, [{ kind: "learned", limit: 3, quotaWindowMs: 10_000 }]);
  assert.equal(found.explained, true);
  const says = (before: Taught) => seen(UNKNOWN, { lesson, learned: before }, 0, 9900).findings.length;
  assert.deepEqual([says(learned(3)), says(learned(2)), says(learned(3, 5000))], [0, 1, 1]);
});

test("before anything was remembered the books tell what passed before the refusal", () => {
  const log: Spend[] = [
    [NOW - 100, NOW - 100, 2],
    [NOW - 10, NOW, 7],
  ];
  const found = seen(UNKNOWN, { log }, 0, 9900).state;
  assert.deepEqual([found.learned?.limit, found.lesson?.passes], [2, [log[0]]]);
});

test("a trusted limit that is refused within it is unlearned and learned anew, one that is refused beyond it stands", () => {
  const books = {
    lesson: lessonOf({ refusals: [refusal(-90_000, 0)], successes: 99 }),
    learned: learned(4),
    log: passes,
  };
  const stands = seen(UNKNOWN, books, 0, 9900, { unexplained: false });
  assert.deepEqual([stands.state, stands.explained, stands.findings], [{ ...EMPTY, ...books }, true, []]);
  const anew = seen(UNKNOWN, { ...books, lesson: { ...books.lesson, passes: [spend(-1, 50)] } }, 0, 9900);
  assert.deepEqual(anew.findings, [
    { kind: "unlearned", limit: 4, quotaWindowMs: 10_000 },
    { kind: "learned", limit: 3, quotaWindowMs: 10_000 },
  ]);
  assert.deepEqual(anew.state.lesson, { passes, refusals: [refusal(0, 9900, 99)], successes: 0 });
  assert.deepEqual(seen(UNKNOWN, books, 0, null).state.lesson?.refusals, [refusal(0, null, 99)]);
});

test("a limit that is not trusted yet learns from every refusal, explained or not", () => {
  const books = {
    lesson: lessonOf({ passes, refusals: [refusal(-90_000, 0)], successes: 3 }),
    learned: learned(3),
  };
  for (const unexplained of [true, false])
    assert.equal(seen(UNKNOWN, books, 0, 9900, { unexplained }).state.lesson?.refusals.at(-1)?.at, NOW);
});

test("without a named end a minute is assumed, from the fifth refusal on ten, from the eighth an hour", () => {
  const old = [
    spend(-3_600_000, 64),
    spend(-3_599_999, 16),
    spend(-600_000, 8),
    spend(-599_999, 4),
    spend(-60_000, 2),
    spend(-59_999),
  ];
  const after = (refusals: number) => {
    const before = Array.from({ length: refusals - 1 }, () => refusal(-9, null));
    const taught = seen(UNKNOWN, { lesson: lessonOf({ passes: old, refusals: before }) }, 0, null).state
      .learned;
    return [taught?.kind, taught?.limit, taught?.quotaWindowMs];
  };
  assert.deepEqual(
    [after(1), after(4)],
    [
      ["sliding", 1, 60_000],
      ["sliding", 1, 60_000],
    ],
  );
  assert.deepEqual(
    [after(5), after(7)],
    [
      ["sliding", 7, 600_000],
      ["sliding", 7, 600_000],
    ],
  );
  assert.deepEqual(after(8), ["sliding", 31, 3_600_000]);
});

test("where nothing passed or nothing explains it, what was learned is forgotten and the refusal stays open", () => {
  for (const until of [null, 9900]) {
    const found = seen(UNKNOWN, { learned: learned(3) }, 0, until);
    assert.deepEqual([found.state.learned, found.explained, found.findings], [null, false, []]);
    assert.deepEqual(found.state.lesson?.refusals, [refusal(0, until)]);
  }
});

test("a refused request that counts stands before whatever comes", () => {
  const policy = policyOf(UNKNOWN, { refusedCount: true });
  const refused: Spend = [NOW, NOW, 1];
  assert.deepEqual(seen(UNKNOWN, { lesson }, 0, 9900, { policy }).state.lesson?.passes, [...passes, refused]);
  assert.deepEqual(seen(UNKNOWN, {}, 0, 9900, { policy }).state.lesson?.passes, [refused]);
});

test("refusals that contradict each other leave the newest, and where passes before it contradict it, what passed since", () => {
  const other = refusal(-30_000, -1000);
  const older = { passes: [spend(-31_000), ...passes], refusals: [other], successes: 3 };
  const tail = seen(UNKNOWN, { lesson: older }, 0, 9900).state;
  assert.deepEqual(tail.lesson, { passes: older.passes, refusals: [refusal(0, 9900, 3)], successes: 0 });
  const burst: Spend[] = [
    [NOW - 30_010, NOW - 30_010, 9],
    [NOW - 30_000, NOW - 30_000, 9],
  ];
  const newer = seen(UNKNOWN, { lesson: { ...older, passes: [...burst, ...passes] } }, 0, 9900).state;
  assert.deepEqual([newer.learned, newer.lesson?.passes], [learned(3), passes]);
});

test("the books keep what passed within two learned quota windows, and when one opened that opens at the first request", () => {
  const within: Spend[] = [[NOW - 20_001, NOW - 20_000, 1], [NOW - 20_001, NOW - 19_999, 1], ...passes];
  const sliding = seen(UNKNOWN, { lesson: { ...lesson, passes: within } }, 0, 9900).state;
  assert.deepEqual([sliding.log, sliding.opened], [within.slice(1), null]);
  const opening: Spend[] = [0, 9000, 10_500, 14_000].map((ms, i) => [
    NOW + ms - 14_100,
    NOW + ms - 14_100,
    [1, 2, 1, 2][i]!,
  ]);
  const first = seen(UNKNOWN, { lesson: { ...lesson, passes: opening } }, 0, 6400, { clock: UNPLACED }).state;
  assert.deepEqual([first.learned?.kind, first.opened], ["fixedFromFirst", [NOW - 3600, NOW - 3580]]);
});
