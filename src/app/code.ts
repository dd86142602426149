// An exchange as code that keeps the provider's rules: idempotency key, Retry-After, the poll loop. The key is read
// from an environment variable; no key text ever comes here.
import { FIRST, watchAt } from "../core/jobs/flow.ts";
import type { Exchange } from "../core/jobs/stores.ts";
import { readFile } from "../core/profile/input.ts";
import { buildRequest } from "../core/profile/request.ts";
import type { Action, Profile } from "../core/profile/schema.ts";
import { isSendable } from "./adopt.ts";
import type { CodeLanguage, Doc } from "./api.ts";
import { curlCode } from "./code-curl.ts";
import { type CodeFacts, ID_MARK, KEY_MARK } from "./code-facts.ts";
import { pythonCode } from "./code-python.ts";
import { typescriptCode } from "./code-typescript.ts";
import { actionOf, type Context } from "./context.ts";

/** The exchange as code; null where its action is gone, and of an adopted job, of which nobody knows what was sent. */
export function codeFor(context: Context, exchange: Exchange, language: CodeLanguage): Doc | null {
  const profile = context.profile(exchange.providerId);
  const action = profile === null ? null : actionOf(profile, exchange.actionId);
  if (profile === null || action === null || !isSendable(action, exchange.input)) return null;
  const facts = factsOf(profile, action, exchange.input);
  const text = { curl: curlCode, typescript: typescriptCode, python: pythonCode }[language](facts);
  return {
    title: context.ports.t("{title} as code", { title: exchange.title }),
    language: "plaintext",
    text,
  };
}

/** What is written, from profile and input: always the provider's own address, also for a simulated account. */
export function factsOf(
  profile: Profile,
  action: Action,
  input: Readonly<Record<string, unknown>>,
): CodeFacts {
  const files = action.parameters.filter((one) => one.type === "file").map((one) => one.name);
  const typed = {
    ...input,
    ...Object.fromEntries(files.map((name) => [name, readFile(input[name]) ?? undefined])),
  };
  const keyed = action.idempotency.in !== "none";
  const built = buildRequest(profile, action, typed, {
    idempotencyKey: keyed ? KEY_MARK : null,
    origin: null,
  });
  return {
    profile,
    action,
    env: profile.auth.env ?? `${profile.id.toUpperCase()}_API_KEY`,
    method: built.method,
    url: built.url,
    headers: built.headers,
    body: built.body,
    idempotencyKey: keyed ? KEY_MARK : null,
    poll: pollOf(profile, action),
    fallbackS: profile.retry.baseMs / 1000,
    attempts: profile.retry.attempts,
    limits: profile.policies.map((one) => {
      const limit = one.limit === null ? "a number that is not published" : String(one.limit);
      if (one.type === "slots") return `${one.title}: ${limit} ${one.noun} at once`;
      const span = one.quotaWindowMs === null ? "" : ` in ${one.quotaWindowMs / 1000} s (${one.kind})`;
      return `${one.title}: ${limit} ${one.noun}${span}`;
    }),
  };
}

function pollOf(profile: Profile, action: Action): CodeFacts["poll"] {
  const watch = watchAt(action, { step: FIRST });
  const poll = watch === null ? null : actionOf(profile, watch.poll.action);
  if (watch === null || poll === null) return null;
  const input = Object.fromEntries(
    Object.entries(watch.poll.bind).map(([name, from]) => [
      name,
      from.startsWith("=") ? from.slice(1) : ID_MARK,
    ]),
  );
  const words = Object.entries(watch.words);
  const ending = (state: string) => words.filter(([, one]) => one === state).map(([word]) => word);
  return {
    url: buildRequest(profile, poll, input, { idempotencyKey: null, origin: null }).url,
    idPath: watch.id,
    statusPath: watch.status,
    done: ending("succeeded"),
    failed: [...ending("failed"), ...ending("cancelled")],
    intervalS: Math.max(watch.intervalMs, watch.minimumIntervalMs) / 1000,
    jitterS: watch.jitterMs / 1000,
  };
}
