// What a meter shows: shares of its bar, figures, ticks on the axis, by property and by example.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { MeterView } from "../../src/protocol/snapshot.ts";
import { encodeWav } from "../../src/simulator/media/wav.ts";
import { Edits } from "../../src/webview/base/edits.ts";
import { iconCodes } from "../../src/webview/base/icons.ts";
import { type Page, sayIn } from "../../src/webview/base/page.ts";
import { Countdown, Ticker } from "../../src/webview/base/ticker.ts";
import { Words } from "../../src/webview/base/words.ts";
import {
  countOf,
  evidenceOf,
  figuresOf,
  isLimited,
  ranked,
  sharesOf,
  ticksOf,
} from "../../src/webview/parts/meter-facts.ts";
import { headerOf } from "../../src/webview/parts/waveform.ts";
import { at, meter } from "./gallery/parts.ts";

const page: Page = {
  post: () => undefined,
  t: sayIn({}),
  words: new Words("en"),
  edits: new Edits({ post: () => undefined, keep: () => undefined, after: () => () => undefined }),
  ticker: new Ticker(),
  nonce: "",
};

/** A meter of a known limit, 10 unless told. */
const limited = (part: Partial<MeterView> & { readonly limit?: number } = {}) => ({
  ...meter(part),
  limit: part.limit ?? 10,
});

const anyMeter = fc
  .record({
    limit: fc.nat(2000),
    used: fc.nat(3000),
    inFlight: fc.nat(500),
    foreign: fc.nat(500),
  })
  .map(({ limit, used, inFlight, foreign }) =>
    limited({ limit, used, inFlight, foreign, left: Math.max(0, limit - used) }),
  );

describe("a meter", () => {
  test("its shares fill the bar exactly and none is negative", () => {
    fc.assert(
      fc.property(anyMeter, (one) => {
        const { whole, left, inFlight, spent, foreign, over } = sharesOf(one);
        const parts = [left, inFlight, spent, foreign, over];
        assert.ok(
          parts.every((part) => part >= 0),
          JSON.stringify(parts),
        );
        const sum = parts.reduce((a, b) => a + b, 0);
        if (one.limit + one.used > 0) assert.equal(sum, whole);
        else assert.ok(sum <= whole);
      }),
    );
  });

  test("more than the limit is shown as what it is, and never clamped", () => {
    assert.deepEqual(figuresOf(limited({ used: 13, left: 0 }), page), { left: "−3", of: "10" });
    assert.equal(sharesOf(limited({ used: 13, left: 0 })).over, 3);
  });

  test("an unknown limit counts what was sent and promises no end", () => {
    const one = meter({ limit: null, left: null, used: 6 });
    assert.equal(isLimited(one), false);
    assert.equal(countOf(one, page), "6 in 60\u00a0s, limit unknown");
    assert.equal(
      countOf({ ...one, type: "slots", countedMs: null, used: 0 }, page),
      "0 under way, limit unknown",
    );
  });

  test("of three limits that a send spends from, the smallest stands whole and another only once it is half spent", () => {
    const minute = limited({ id: "minute", limit: 500, used: 3 });
    const hour = limited({ id: "hour", limit: 20_000, used: 9_999 });
    const all = limited({ id: "all", limit: 15_000, used: 12 });
    const reads = limited({ id: "reads", limit: 100, used: 100, binds: false });
    const ids = (...meters: MeterView[]) => {
      const { whole, lines } = ranked(meters);
      return [whole.map(({ id }) => id).join(" "), lines.map(({ id }) => id).join(" ")];
    };
    assert.deepEqual(ids(reads, minute, hour, all), ["minute", "hour all reads"]);
    assert.deepEqual(ids(minute, { ...hour, used: 10_000 }, all), ["minute hour", "all"]);
    assert.deepEqual(ids(minute, { ...hour, limit: null, left: null }, all), ["minute hour", "all"]);
    assert.deepEqual(ids(minute, hour, reads), ["minute hour", "reads"]);
  });

  test("a limit that the person set carries no mark of the provider", () => {
    const countdown = new Countdown({ addController: () => undefined } as never, () => page.ticker);
    const stated = evidenceOf(meter(), page, countdown);
    const own = evidenceOf(meter({ own: true }), page, countdown);
    assert.equal(stated.icon, "verified");
    assert.deepEqual(own, { icon: "account", age: "", title: "Your own limit, counted here" });
  });

  test("spends of a sliding window stand on the axis where they leave, and are gone after that", () => {
    const one = meter({ leavesAt: [at + 15_000, at + 15_100, at + 60_000] });
    assert.deepEqual(ticksOf(one, at), [
      { x: 0.25, count: 2 },
      { x: 1, count: 1 },
    ]);
    assert.deepEqual(
      ticksOf(one, at + 20_000).map(({ count }) => count),
      [1],
    );
    assert.deepEqual(ticksOf(one, at + 60_000), []);
  });
});

describe("what the page brings along", () => {
  test("every icon is a glyph of the icon font", () => {
    const list = readFileSync(
      createRequire(import.meta.url).resolve("@vscode/codicons/dist/codicon.csv"),
      "utf8",
    );
    const glyphs = new Set(list.split("\n").map((line) => Number.parseInt(line.split(",")[2] ?? "", 16)));
    for (const [name, code] of Object.entries(iconCodes)) assert.ok(glyphs.has(code), name);
  });

  test("a sentence keeps its places when it is translated, and unknown places stay as they are", () => {
    const say = sayIn({ "next in {left}": "nächster in {left}" });
    assert.equal(say("next in {left}", { left: "0:17" }), "nächster in 0:17");
    assert.equal(say("{a} and {toString}", { a: 1 }), "1 and {toString}");
  });

  test("the sample rate is read from the recording itself", () => {
    const wav = encodeWav(new Int16Array(10), 22_050);
    assert.deepEqual(headerOf(new DataView(wav.buffer, wav.byteOffset, wav.byteLength)), {
      sampleRate: 22_050,
    });
    const mp3 = new Uint8Array([0xff, 0xfb, 0x90, 0x00, 0, 0, 0, 0]);
    assert.deepEqual(headerOf(new DataView(mp3.buffer)), { sampleRate: 44_100 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        headerOf(new DataView(new Uint8Array(bytes).buffer));
      }),
    );
  });
});
