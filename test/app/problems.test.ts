// Rules of the sentences for what was thrown on the way: they say nothing of a request that is not surely so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorProblem } from "../../src/app/problems.ts";
import { keptBody } from "../../src/app/record.ts";
import { HeadroomError } from "../../src/core/errors.ts";
import { voice } from "../harness/voice.ts";

const about = {
  ...voice,
  providerName: "SAUTI",
  simulated: false,
};
const lost = new HeadroomError("unreachable", "lost", { origin: "https://api.example", code: "ECONNRESET" });

test("that nothing was sent is only said of what has not left", () => {
  const said = (left: boolean | null) => errorProblem({ ...about, left }, lost).sentence;
  assert.equal(said(false), "SAUTI cannot be reached at api.example (ECONNRESET). Nothing was sent.");
  assert.equal(
    said(true),
    "The connection to SAUTI at api.example (ECONNRESET) broke off before an answer came.",
  );
  assert.equal(said(null), "SAUTI cannot be reached at api.example (ECONNRESET).");
});

test("what is kept of an answer for later steps is whole, however long; what is data is left out", () => {
  const long = "Habari za asubuhi. ".repeat(5_000);
  const body = { segments: [{ id: 1, text: long }], audio: "A".repeat(20_000), short: "AAAA" };
  assert.deepEqual(keptBody(body), { segments: [{ id: 1, text: long }], audio: null, short: "AAAA" });
});
