// Thirty days of mixed traffic on every built-in profile, two processes on one ledger: on the last day all is as on the first.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadProfiles } from "../../../src/providers/registry.ts";
import { uses } from "./soak-uses.ts";
import { soak } from "./soak-world.ts";

const profiles = await loadProfiles();

for (const use of uses)
  test(`thirty days of ${use.providerId} leave the ledger small, the clock known and the pace as it was`, () => {
    const days = soak(profiles.get(use.providerId)!, use, 30);
    const first = days[0]!;
    const last = days.at(-1)!;
    // What nobody publishes is learned on the first day; later one request an hour, where more waits, tries whether it has grown.
    const unknown = use.unknown !== undefined;
    assert.ok(first.refusals <= (unknown ? 3 : 0), `${first.refusals} on the first day`);
    for (const { refusals } of days.slice(1))
      assert.ok(refusals <= (unknown ? 1 : 0), `${refusals} refusals`);
    for (const { clockHolds, rows, bytes, lateMs } of days) {
      assert.ok(clockHolds, "the server's clock is not where it is believed to be");
      assert.equal(rows, first.rows);
      assert.ok(bytes < 2_000, `${bytes} bytes`);
      assert.ok(lateMs <= 1_200, `the day's burst ended ${lateMs} ms late`);
    }
    assert.ok(last.lateMs <= first.lateMs + 300, `${last.lateMs} ms late on the last day`);
  });
