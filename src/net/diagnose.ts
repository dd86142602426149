// Joins what a refusal's diagnosis looks at: the answer, the provider's rules, our own count. The reading itself is
// core/quota's; it must not know any provider.
import { parsed } from "../core/profile/path.ts";
import type { HeaderDialect, Profile } from "../core/profile/schema.ts";
import { diagnose } from "../core/quota/diagnosis.ts";
import { readHead } from "../core/quota/evidence.ts";
import type { Ledger } from "../core/quota/ledger.ts";
import type { Head, Refusal } from "../core/quota/model.ts";
import { providerOf } from "../core/quota/state.ts";
import type { Outgoing } from "../core/wire.ts";

/** What a profile says of refusals and headers. */
export interface Rules {
  readonly refusals: Profile["refusals"];
  readonly headers: HeaderDialect;
}

/** Tells what an answer's refusal is; `body` is its text, null where it did not come. Null where it is none. */
export type Diagnose = (
  request: Pick<Outgoing, "claim" | "lane">,
  head: Head,
  body: string | null,
  now: number,
) => Refusal | null;

/** Reads by the rules of the provider whose budgets a request counts in; `rulesOf` gives null for a stranger. */
export function diagnoseBy(
  rulesOf: (providerId: string) => Rules | null,
  ledger: Pick<Ledger, "meters">,
): Diagnose {
  return ({ claim, lane }, head, body, now) => {
    const rules = rulesOf(providerOf(claim?.parts[0]?.partition ?? ""));
    return diagnose({
      head,
      body: body === null ? undefined : parsed(body),
      rules: rules?.refusals ?? [],
      dialect: rules?.headers ?? null,
      meters: claim === null || head.status !== 429 ? [] : ledger.meters(claim, now),
      poll: lane === "poll",
    });
  };
}

/** When a server wants to be asked again, whatever it answered; null where it gave no number. Epoch ms. */
export function askAgainAt(head: Head): number | null {
  const { retryAfterMs } = readHead(head, null);
  return retryAfterMs === null ? null : Math.ceil(head.gotAt + retryAfterMs);
}

/** Reads without any rules: 429, and a Retry-After in whatever form. */
export const plainDiagnosis: Diagnose = (_request, head) =>
  diagnose({ head, body: undefined, rules: [], dialect: null, meters: [] });
