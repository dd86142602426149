/** The command line as other programs start it: real processes that share one simulator through a file. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { send } from "../simulator/rows.ts";

const main = fileURLToPath(new URL("../../src/simulator/main.ts", import.meta.url));

interface Line {
  readonly soundpiece: { url: string; key: string };
  readonly control: { url: string; token: string };
}

describe("the simulator's command line", () => {
  const folder = mkdtempSync(join(tmpdir(), "simulator-"));
  const started = new Set<ChildProcess>();
  after(() => {
    for (const child of started) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts a process and reads its first line. */
  async function start(...args: string[]): Promise<{ child: ChildProcess; line: Line; text: string }> {
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    started.add(child);
    let text = "";
    let trouble = "";
    child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
      trouble += piece;
    });
    while (!text.includes("\n")) {
      const [code] = await Promise.race([once(child.stdout!, "data"), once(child, "exit")]);
      if (typeof code === "number" && !text.includes("\n")) throw new Error(`ended with ${code}: ${trouble}`);
    }
    return { child, line: JSON.parse(text) as Line, text };
  }

  const pidOf = async ({ control }: Line) =>
    JSON.parse((await send("GET", `${control.url}/health`, {})).bytes.toString()).pid;

  it("prints one line that names all five and the control address", async () => {
    const { child, line, text } = await start("--port", "0", "--time-scale", "0.1");
    assert.equal(text.trim().split("\n").length, 1);
    assert.deepEqual(Object.keys(line), ["soundpiece", "sauti", "voicedub", "sync", "vocabusta", "control"]);
    assert.match(line.soundpiece.url, /^http:\/\/127\.0\.0\.1:\d+\/soundpiece$/);
    assert.match(line.soundpiece.key, /^spk_/);
    const state = await send("GET", `${line.control.url}/state`, { "x-sim-token": line.control.token });
    assert.equal(JSON.parse(state.bytes.toString()).sync.settings.jobTimeScale, 0.1);
    child.kill();
    await once(child, "exit");
  });

  it("starts exactly one server however many start together", async () => {
    const file = join(folder, "together", "simulator.json");
    const all = await Promise.all(Array.from({ length: 4 }, () => start("--announce", file)));
    assert.equal(new Set(all.map(({ text }) => text)).size, 1);
    const pid = await pidOf(all[0]!.line);
    assert.equal(JSON.parse(readFileSync(file, "utf8")).pid, pid);
    const others = all.filter(({ child }) => child.pid !== pid);
    assert.equal(others.length, 3);
    for (const { child } of others) {
      if (child.exitCode === null) await once(child, "exit");
      assert.equal(child.exitCode, 0);
    }
    const server = all.find(({ child }) => child.pid === pid)!.child;
    server.kill();
    await once(server, "exit");
    assert.equal(existsSync(file), false);
  });

  it("takes over a file whose simulator was killed", async () => {
    const file = join(folder, "killed.json");
    const first = await start("--announce", file);
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    assert.ok(existsSync(file));
    const second = await start("--announce", file);
    assert.equal(await pidOf(second.line), second.child.pid);
    second.child.kill();
    await once(second.child, "exit");
  });

  it("does not trust a file that names a living process which is no simulator", async () => {
    const file = join(folder, "stranger.json");
    writeFileSync(
      file,
      JSON.stringify({ control: { url: "http://127.0.0.1:9/__sim", token: "" }, pid: process.pid }),
    );
    const { child, line } = await start("--announce", file);
    assert.equal(await pidOf(line), child.pid);
    child.kill();
    await once(child, "exit");
  });

  it("leaves a file alone that another has written since", async () => {
    const file = join(folder, "other.json");
    const { child } = await start("--announce", file);
    writeFileSync(file, '{"pid":1}');
    child.kill();
    await once(child, "exit");
    assert.equal(readFileSync(file, "utf8"), '{"pid":1}');
  });

  it("ends by itself when nothing has been asked for long enough", async () => {
    const file = join(folder, "idle.json");
    const { child } = await start("--announce", file, "--idle-exit-ms", "50");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    assert.equal(existsSync(file), false);
  });

  it("counts the idle time from the end of the last job", async () => {
    const { child, line } = await start("--idle-exit-ms", "2000", "--time-scale", "0.05");
    const body = { prompt: "a", duration: 1, idempotency_key: "7d1f4b1e-5f0c-4a4e-9d2b-0c5f1a2b3c4d" };
    const headers = { authorization: `Bearer ${line.soundpiece.key}` };
    const url = `${line.soundpiece.url}/v1/create.new_fx`;
    const created = await send("PUT", url, headers, Buffer.from(JSON.stringify(body)));
    const { fx } = JSON.parse(created.bytes.toString());
    const ended = once(child, "exit");
    const ready = await send("GET", `${url}?id=${fx.id}&wait=true`, headers);
    assert.equal(JSON.parse(ready.bytes.toString()).fx.status, "ready");
    assert.equal((await ended)[0], 0);
  });

  it("says what is wrong with an option and ends with 1", async () => {
    await assert.rejects(start("--port", "many"), /ended with 1: --port must be a number/);
  });

  it("begins with the settings that it is given", async () => {
    const { child, line } = await start("--set", '{"provider":"sauti","quotaWindowMs":4000}');
    const state = await send("GET", `${line.control.url}/state`, { "x-sim-token": line.control.token });
    assert.equal(JSON.parse(state.bytes.toString()).sauti.policies[0].quotaWindowMs, 4000);
    child.kill();
    await once(child, "exit");
  });
});
