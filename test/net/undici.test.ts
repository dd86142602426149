// Rules of living inside an editor: our undici touches nothing of the process and nobody else's requests.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..", "..");

/** Runs a piece of module code in a fresh process and gives back the JSON it prints. */
function inFreshProcess(code: string): unknown {
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: root });
  return JSON.parse(output.toString());
}

test("loading and using our undici leaves the process-wide slots as they were", () => {
  // Node fills them by itself in some versions; so what is compared is who stands in them.
  const slots = inFreshProcess(`
    import { createServer } from "node:http";
    const look = () => Object.getOwnPropertySymbols(globalThis)
      .filter((one) => /undici|dispatcher/i.test(String(one)))
      .map((one) => [String(one), globalThis[one]]);
    const before = look();
    const { makeAgent, send } = await import("./src/net/undici.ts");
    const { plainSettings } = await import("./src/net/settings.ts");
    const server = createServer((_, response) => response.end("{}"));
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    const origin = "http://127.0.0.1:" + server.address().port;
    const plain = makeAgent(plainSettings);
    const proxied = makeAgent({ ...plainSettings, proxy: "http://127.0.0.1:1" });
    const answer = await send(plain, { origin, path: "/", method: "GET" });
    await answer.body.dump();
    await plain.close(); await proxied.close(); server.close();
    const after = look();
    const same = before.length === after.length &&
      before.every(([name, value], index) => after[index][0] === name && after[index][1] === value);
    console.log(JSON.stringify({ same, names: after.map(([name]) => name) }));
  `) as { same: boolean; names: string[] };
  assert.equal(slots.same, true, slots.names.join(", "));
});

test("the built-in fetch of other extensions does not pass our agent", () => {
  const seen = inFreshProcess(`
    import { createServer } from "node:http";
    const { makeAgent, send } = await import("./src/net/undici.ts");
    const { plainSettings } = await import("./src/net/settings.ts");
    const server = createServer((request, response) => response.end("{}"));
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    const origin = "http://127.0.0.1:" + server.address().port;
    const seen = [];
    const agent = makeAgent(plainSettings).compose((dispatch) => (options, handler) => {
      seen.push(options.path);
      return dispatch(options, handler);
    });
    await (await send(agent, { origin, path: "/ours", method: "GET" })).body.dump();
    await (await fetch(origin + "/theirs")).text();
    await agent.close(); server.close(); server.closeAllConnections();
    console.log(JSON.stringify(seen));
  `);
  assert.deepEqual(seen, ["/ours"]);
});

test("the client loads neither undici nor zod before the first send", () => {
  const loaded = inFreshProcess(`
    await import("./src/net/client.ts");
    const { createRequire } = await import("node:module");
    const cache = Object.keys(createRequire(import.meta.url).cache ?? {});
    console.log(JSON.stringify(cache.filter((one) => /node_modules/.test(one))));
  `);
  assert.deepEqual(loaded, []);
});

test("one file alone names undici's paths, and types are all that others take from undici", () => {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .filter((file) => /from "undici|import\("undici/.test(readFileSync(join(root, "src", file), "utf8")));
  assert.deepEqual(
    files.map((file) => file.replaceAll("\\", "/")),
    ["net/undici.ts"],
  );
});
