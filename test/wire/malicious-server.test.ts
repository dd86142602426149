// A malicious server: whatever it answers, no key leaves its origin, no other address is asked, nothing is written
// outside of the storage folder, its words arrive as words, and memory stays as it was.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { hostileIds, hostileText } from "../../src/simulator/hostile.ts";
import { type Malicious, malicious, say, sound } from "./malicious.ts";
import { settled } from "./whole-app.ts";

const KEY = "spk_A+b/9c=Xyz123_secret";
/** A key that could be the name of a host. */
const PLAIN = "spk-a1b2c3d4e5f6";
let on: Malicious;
beforeEach(async () => {
  on = await malicious("soundpiece", KEY);
});
afterEach(() => on.close());

const values = { prompt: "A door", duration: 1 };
const create = async () => on.one.card(await on.send("newFx", values), settled, 20_000);

/** The API as it should be, but for what is given: the id of the job, the link to its result, what answers that. */
function api(more: {
  id?: string;
  link?: string;
  file?: (response: Parameters<Malicious["script"]>[1]) => void;
}): void {
  const id = more.id ?? "op_1";
  on.script = (request, response) => {
    if (request.method === "PUT") return say(response, { fx: { id, status: "processing", output: null } });
    if (request.url?.startsWith("/v1/"))
      return say(response, {
        fx: { id, status: "ready", output: { url: more.link ?? `${on.url}/file.flac` } },
      });
    if (more.file !== undefined) return more.file(response);
    response.end(sound);
  };
}

test("no redirect is followed from a create, a poll or a result, and no key leaves", async () => {
  const away = `http://127.0.0.1:${on.thief.port}/steal`;
  for (const status of [301, 302, 303, 307, 308]) {
    on.script = (_, response) => void response.writeHead(status, { location: away }).end();
    const card = await create();
    assert.equal(card.state, "failed");
    assert.match(
      card.problem?.sentence ?? "",
      /redirect to http:\/\/127\.0\.0\.1:\d+, which is not followed/,
    );
  }
  api({ file: (response) => void response.writeHead(302, { location: away }).end() });
  assert.match((await create()).results[0]?.problem ?? "", /redirect/);
  assert.equal(on.thief.connections, 0);
});

test("a result on this machine, in a private network, in a file or over plain http is never asked for", async () => {
  const { port } = on.thief;
  for (const link of [
    `http://127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    `https://localhost:${port}/`,
    `https://[::1]:${port}/`,
    `https://2130706433:${port}/`,
    "http://169.254.169.254/latest/meta-data/",
    "http://media.provider.test/a.flac",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "not an address",
  ]) {
    api({ link });
    const card = await create();
    assert.equal(card.state, "succeeded", link);
    assert.match(card.results[0]?.problem ?? "", /names an address that Headroom does not ask/, link);
    assert.equal(card.results[0]?.src, null);
  }
  assert.equal(on.thief.connections, 0);
});

test("a result's own address gets no key, also at the provider's origin", async () => {
  api({});
  const card = await create();
  assert.equal(card.results[0]?.problem, null);
  const asked = on.asked.filter(({ path }) => path === "/file.flac");
  assert.equal(asked.length, 1);
  assert.ok(!JSON.stringify(asked).includes(KEY));
});

test("whatever a server calls things, nothing is written outside of the result folder", async () => {
  for (const id of hostileIds) {
    api({ id, link: `${on.url}/${encodeURIComponent(id)}/..%2f..%2fowned.wav` });
    const disposition = `attachment; filename="../../${encodeURIComponent(id)}"`;
    const { script } = on;
    on.script = (request, response, body) => {
      if (request.url?.startsWith("/v1/") !== true) response.setHeader("content-disposition", disposition);
      script(request, response, body);
    };
    // A job by the name of two dots can be asked about nowhere: it is not watched for ever.
    await on.one.card(
      await on.send("newFx", values),
      (card) => settled(card) || card.can.includes("watchAgain"),
      20_000,
    );
  }
  for (const file of await on.files())
    assert.match(file, /^storage$|^storage\/(headroom\.db(-wal|-shm)?|results(\/x-[\w.-]+)?)$/);
  for (const { id } of on.one.app.history.list({ limit: 50 }))
    for (const { suggestedName = "" } of [on.one.app.resultFile(`${id}-0-0`) ?? {}])
      assert.match(suggestedName, /^[a-z0-9-]*(\.[a-z0-9]+)?$/);
});

test("hostile words reach a person as one short line without control and direction marks", async () => {
  on.script = (_, response) => say(response, { detail: hostileText, error: { code: hostileText } }, 400);
  const failed = await create();
  api({});
  on.script = (_, response) =>
    say(response, {
      fx: { id: "op_1", status: "failed", error: { message: hostileText, code: hostileText } },
    });
  const lost = await create();
  for (const { problem } of [failed, lost]) {
    assert.match(problem?.sentence ?? "", /<img src=x/);
    assert.ok((problem?.sentence.length ?? 0) < 800);
  }
  const shown = JSON.stringify(on.one.snapshot().cards.map(({ results: _, ...card }) => card));
  assert.doesNotMatch(shown, /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]|\\u00[01]/u);
});

test("a key that a server says back stands nowhere: cards, history, exports, documents, log, database", async () => {
  const { one } = on;
  await one.app.accounts.addKey(on.accountId, "second", PLAIN);
  const forms = [
    KEY,
    encodeURIComponent(KEY),
    Buffer.from(`user:${KEY}`).toString("base64"),
    Buffer.from(KEY).toString("base64url"),
  ];
  const echo = forms.join(" ");
  on.script = (_, response) => {
    response.setHeader("x-echo", echo);
    response.setHeader("set-cookie", `k=${KEY}`);
    say(response, { detail: echo, [KEY]: echo }, 400);
  };
  await create();
  on.script = (_, response) =>
    void response.writeHead(302, { location: `https://${PLAIN}.thief.test/?k=${PLAIN}` }).end();
  await create();
  api({ id: `op_${KEY}`, file: (response) => say(response, { detail: echo }, 403) });
  const last = await create();
  const filter = { limit: 50 };
  const told = [
    JSON.stringify(one.snapshot()),
    JSON.stringify(one.app.history.list(filter)),
    ...(await Array.fromAsync(one.app.history.exported({}, "har", "1"))),
    ...(await Array.fromAsync(one.app.history.exported({}, "jsonl", "1"))),
    ...one.app.history
      .list(filter)
      .flatMap(({ id }) => [
        one.app.answerOf(id),
        one.app.requestOf(id),
        one.app.whyOf(id),
        one.app.codeFor(id, "curl"),
      ])
      .map((doc) => doc?.text ?? ""),
    one.logged.join("\n"),
    ...(await Promise.all(
      ["", "-wal"].map((end) =>
        readFile(join(on.around, "storage", `headroom.db${end}`), "latin1").catch(() => ""),
      ),
    )),
  ].join("\n");
  assert.equal(last.state, "succeeded");
  for (const form of [KEY, PLAIN, encodeURIComponent(KEY), Buffer.from(KEY).toString("base64").slice(2, -4)])
    assert.ok(
      !told.includes(form),
      `${form} stands in: ${told.slice(Math.max(0, told.indexOf(form) - 200)).slice(0, 400)}`,
    );
});

test("10,000 headers, a header of 1 MB and 100 MB of JSON leave memory as it was", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const held = () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  // What is loaded at the first send is no answer's.
  api({});
  await create();
  collect();
  const before = held();
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, held());
  }, 20);
  on.script = (_, response) => {
    for (let i = 0; i < 10_000; i++) response.setHeader(`x-h${i}`, String(i));
    say(response, {}, 500);
  };
  const many = await create();
  on.script = (_, response) => {
    response.setHeader("x-huge", "h".repeat(1_000_000));
    say(response, {}, 500);
  };
  const huge = await create();
  on.script = (_, response) => {
    const piece = Buffer.alloc(1_000_000, 0x5b);
    let left = 100;
    const more = () => {
      while (left-- > 0) if (!response.write(piece)) return void response.once("drain", more);
      response.end();
    };
    response.writeHead(200, { "content-type": "application/json" });
    more();
  };
  const json = await create();
  clearInterval(watch);
  // What the server itself still holds of the broken connection goes some turns later.
  for (let turns = 0; turns < 50; turns++) {
    await new Promise((done) => setImmediate(done));
    collect();
    if (held() - before < 40_000_000) break;
  }
  assert.deepEqual([many.state, huge.state, json.state], ["unknown", "unknown", "unknown"]);
  assert.match(json.problem?.sentence ?? "", /100\sMB/);
  assert.ok(most - before < 80_000_000, `at most ${Math.round((most - before) / 1e6)} MB more were held`);
  assert.ok(held() - before < 40_000_000, `${Math.round((held() - before) / 1e6)} MB stay`);
});
