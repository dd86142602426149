// Drives one action from its form to its results with nothing but the profile and plain fetch: the way of the data
// without gate, ledger or editor. For tests against the simulator only.
import { readFileSync } from "node:fs";
import { type ResultRead, readAnswer, readJob, readResults } from "../../src/core/profile/answer.ts";
import { type BindSources, resolveBindings } from "../../src/core/profile/bind.ts";
import { readError } from "../../src/core/profile/failure.ts";
import type { Input } from "../../src/core/profile/input.ts";
import { readOne } from "../../src/core/profile/path.ts";
import { type BuiltRequest, buildRequest } from "../../src/core/profile/request.ts";
import type { Action, Answer, Profile, Watch } from "../../src/core/profile/schema.ts";

/** What came of an action. */
export interface Driven {
  readonly results: readonly ResultRead[];
  /** The bodies of results that came as link, body or through a further call. */
  readonly bytes: readonly Uint8Array[];
  /** Every status word seen, in order. */
  readonly words: readonly (string | null)[];
  /** What the person was shown before a charge. */
  readonly shown: readonly unknown[];
  /** The last answer. */
  readonly last: Got;
  /** The requests that went out, in order. */
  readonly sent: readonly { readonly method: string; readonly path: string }[];
}

/** An answer as fetch gave it. */
export interface Got {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
  readonly raw: Uint8Array;
}

/** A client of one simulated account. */
export class Driver {
  readonly #profile: Profile;
  readonly #origin: string;
  readonly #key: string;
  #sent: { readonly method: string; readonly path: string }[] = [];

  constructor(profile: Profile, origin: string, key: string) {
    this.#profile = profile;
    this.#origin = origin;
    this.#key = key;
  }

  /** Sends an action's first call and follows it to its end. Throws with the server's own words where one fails. */
  async run(action: Action, input: Input): Promise<Driven> {
    this.#sent = [];
    const words: (string | null)[] = [];
    const shown: unknown[] = [];
    const answers: Record<string, unknown> = {};
    const edited: Record<string, unknown> = {};
    const sources = (jobId: string | null): BindSources => ({ jobId, answers, input, edited });
    const keep = (name: string, body: unknown) => {
      answers[name] = body;
      answers.last = body;
    };
    let last = await this.#call(action, input);
    keep("start", last.body);
    let done = await this.#finish(action.answers, last, sources, words);
    keep("last", done.last.body);
    for (const step of action.steps) {
      if (step.unless !== undefined && input[step.unless]) continue;
      const given = { headers: {}, body: answers.last };
      for (const { path } of step.confirm?.show ?? []) shown.push(readOne(given, path));
      if (step.edit !== undefined) edited[step.edit.name] = readOne(given, step.edit.path);
      if (step.upload !== undefined) {
        const url = String(readOne(given, step.upload.url));
        const body = readFileSync(String(input[step.upload.parameter]));
        const put = await fetch(url, { method: step.upload.method, body });
        if (!put.ok) throw new Error(`upload: ${put.status}`);
        continue;
      }
      last = await this.#call(
        this.#action(step.action ?? ""),
        resolveBindings(step.bind, sources(done.jobId)),
      );
      keep(step.name, last.body);
      done = await this.#finish(step.answers, last, sources, words);
      keep(step.name, done.last.body);
    }
    const bytes: Uint8Array[] = [];
    for (const result of done.results) {
      if (result.from === "body") bytes.push(done.last.raw);
      if (result.from === "base64") bytes.push(Buffer.from(result.base64, "base64"));
      if (result.from === "link") bytes.push(new Uint8Array(await (await fetch(result.link)).arrayBuffer()));
      if (result.from === "action")
        bytes.push(
          (await this.#call(this.#action(result.action), resolveBindings(result.bind, sources(done.jobId))))
            .raw,
        );
    }
    return { results: done.results, bytes, words, shown, last: done.last, sent: this.#sent };
  }

  async #finish(
    answers: readonly Answer[],
    first: Got,
    sources: (jobId: string | null) => BindSources,
    words: (string | null)[],
  ) {
    const read = readAnswer(answers, first, Date.now());
    if (read.missing !== null)
      throw new Error(`the answer has no ${read.missing}: ${JSON.stringify(first.body)}`);
    if (read.watch === null) return { last: first, results: read.results, jobId: null };
    words.push(read.job?.word ?? null);
    const last = await this.#poll(read.watch, sources(read.remoteId), words);
    return { last, results: readResults(read.specs, last, Date.now()), jobId: read.remoteId };
  }

  async #poll(watch: Watch, sources: BindSources, words: (string | null)[]): Promise<Got> {
    const bind = { ...watch.poll.bind, ...watch.longPoll?.bind };
    for (let polls = 0; polls < 50; polls++) {
      const got = await this.#call(this.#action(watch.poll.action), resolveBindings(bind, sources));
      const job = readJob(watch, got);
      words.push(job.word);
      if (job.state === "succeeded") return got;
      if (job.state !== "queued" && job.state !== "running") throw new Error(`${job.state}: ${job.error}`);
    }
    throw new Error("the job did not end within 50 polls");
  }

  #action(id: string): Action {
    const action = this.#profile.actions.find((one) => one.id === id);
    if (action === undefined) throw new Error(`no action ${id}`);
    return action;
  }

  async #call(action: Action, input: Input): Promise<Got> {
    const request = buildRequest(this.#profile, action, input, {
      idempotencyKey: crypto.randomUUID(),
      origin: this.#origin,
    });
    this.#sent.push(request);
    const { header, prefix } = this.#profile.auth;
    const body = bodyOf(request);
    const response = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, [header]: prefix + this.#key },
      ...(body === null ? {} : { body }),
    });
    const raw = new Uint8Array(await response.arrayBuffer());
    const text = new TextDecoder().decode(raw);
    const headers = Object.fromEntries(response.headers);
    const got = { status: response.status, headers, body: parse(text), raw };
    if (!response.ok) {
      const { code, detail, meaning } = readError(this.#profile, got.status, headers, got.body);
      throw new Error(`${action.id}: ${got.status} ${code} ${meaning} (${detail})`);
    }
    return got;
  }
}

function bodyOf({ body }: BuiltRequest): string | FormData | null {
  if (body.type === "json") return body.text;
  if (body.type !== "multipart") return null;
  const form = new FormData();
  for (const part of body.parts)
    if ("text" in part) form.append(part.name, part.text);
    else form.append(part.name, new Blob([readFileSync(part.file)], { type: part.mediaType }), part.fileName);
  return form;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
