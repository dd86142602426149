// One process of one run: does its share of the work with one contestant and reports what it cost. Started by run.ts,
// speaks over IPC; begins when told, so that processes begin together.
import http from "node:http";
import { request as undiciRequest } from "undici";
import { type Answer, others, type Send } from "./contestants.ts";
import { headroom } from "./headroom.ts";
import type { Scenario } from "./scenarios.ts";

/** What one process is to do. */
export interface Share {
  readonly scenario: Scenario;
  readonly contestant: string;
  readonly name: string;
  readonly origin: string;
  readonly submits: number;
  readonly polls: number;
  /** Where Headroom keeps its ledger; shared by the processes of a run unless the scenario says otherwise. */
  readonly ledgerFile: string;
}

const share = JSON.parse(process.argv[2] ?? "") as Share;
const agent = new http.Agent({ keepAlive: true });

function plain(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

const send: Send = async (call, dispatcher) => {
  const method = call === "poll" ? "GET" : "POST";
  const url = `${share.origin}/${call}`;
  if (dispatcher !== undefined) {
    const answer = await undiciRequest(url, { method, dispatcher, headers: { "x-client": share.name } });
    await answer.body.dump();
    return { status: answer.statusCode, headers: plain(answer.headers) };
  }
  return new Promise<Answer>((resolve, reject) => {
    const sent = http.request(url, { method, agent, headers: { "x-client": share.name } }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, headers: plain(answer.headers) }));
    });
    sent.once("error", reject);
    sent.end();
  });
};

const make = share.contestant === "Headroom" ? headroom(share) : others[share.contestant];
if (make === undefined) throw new Error(`no contestant is called ${share.contestant}`);
const contestant = make(share.scenario, send);

process.once("message", async () => {
  const cpu = process.cpuUsage();
  const jobs: Promise<boolean>[] = [];
  // Polls and submits come mixed, as they do in life.
  const total = share.submits + share.polls;
  let submits = 0;
  for (let i = 0; i < total; i++) {
    const submit = submits < share.submits && (i * share.submits) / total >= submits;
    if (submit) submits++;
    jobs.push(contestant.run(submit ? "submit" : "poll"));
  }
  const done = await Promise.all(jobs);
  const { user, system } = process.cpuUsage(cpu);
  await contestant.close();
  agent.destroy();
  process.send?.({ lost: done.filter((ok) => !ok).length, cpuMs: (user + system) / 1000 });
  process.disconnect();
});
process.send?.("ready");
