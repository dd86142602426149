/** A job that was begun outside the editor, taken up by its id in the real host; and what the accounts tree offers. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { request } from "node:http";
import { started, until } from "../started.ts";

describe("a job begun elsewhere", () => {
  it("is watched to its end by its id, and its result lies on disk", async () => {
    const { app: lazy, simulator } = await started();
    const app = await lazy.get();
    const [base, key] = [await simulator.baseOf("sauti"), await simulator.keyOf("sauti")];
    const voices = await ask(`${base}/v1/voices`, key);
    const voice = /"voice_id":\s*"([^"]+)"/.exec(voices)?.[1];
    const text = JSON.stringify({ text: "Begun by a script.", voice_id: voice });
    const begun = JSON.parse(await ask(`${base}/v1/tts/jobs`, key, text)) as { job_id?: string };
    assert.ok(begun.job_id, JSON.stringify(begun));

    const adopted = await app.adopt("sim-sauti", "speakJob", begun.job_id);
    assert.ok("exchangeId" in adopted, JSON.stringify(adopted));
    const card = await until("the end of the adopted job", () =>
      app.snapshot().cards.find((one) => one.id === adopted.exchangeId && one.endedAt !== null),
    );
    assert.equal(card.state, "succeeded", JSON.stringify(card));
    const file = app.resultFile(card.results[0]?.id ?? "");
    assert.match(file?.mediaType ?? "", /^audio\//);
    assert.equal(statSync(file?.path ?? "").size, file?.bytes);
  }).timeout(60_000);
});

/** Asks as a script beside the editor would: not with the process's own `fetch`, which another test watches. */
function ask(url: string, key: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "xi-api-key": key, "content-type": "application/json" };
    const asking = request(url, { method: body === undefined ? "GET" : "POST", headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => {
        text += piece;
      });
      answer.on("end", () => resolve(text));
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

describe("a limit in the accounts tree", () => {
  it("offers to go back only where it was set, and says who set it", async () => {
    const { app: lazy, accounts } = await started();
    const app = await lazy.get();
    const account = app.accounts.list().find((one) => one.id === "sim-voicedub");
    const shown = () => {
      const limit = app.accounts.limits("sim-voicedub")[0];
      assert.ok(account && limit);
      return { policyId: limit.policyId, item: accounts.getTreeItem({ kind: "limit", account, limit }) };
    };
    const { policyId, item } = shown();
    assert.equal(item.contextValue, "limit");
    const limit = { policyId, limit: 3, quotaWindowMs: null, evidence: "counted" as const, setAt: 0 };
    app.accounts.saveLimit("sim-voicedub", limit);
    assert.equal(shown().item.contextValue, "limit own");
    assert.match(String(shown().item.tooltip), /Set by you, 1970-01-01/);
    app.accounts.resetLimit("sim-voicedub", policyId);
    assert.equal(shown().item.contextValue, "limit");
  });
});
