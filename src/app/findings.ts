// What answers taught about limits, as notices: said once, with the numbers, never in between. Some offer to keep the
// limit for the account; nothing is kept without the person's word.
import type { LimitOverride } from "../core/profile/account.ts";
import { policiesFor } from "../core/profile/claim.ts";
import type { Finding } from "../core/quota/ledger.ts";
import type { Context } from "./context.ts";
import { type Notice, notify, type Parts } from "./parts.ts";

/** The command that a notice with a limit to keep offers; the host calls it with the notice's id. */
export const KEEP_LIMIT = "headroom.keepLimit";

/** A finding as a notice; null where its account or policy is gone. A newer one of the same policy takes its place. */
export function findingNotice(context: Context, finding: Finding): Notice | null {
  const { t, format } = context.ports;
  const account = context.account(finding.accountId);
  const profile = account === null ? null : context.profile(account.providerId);
  if (account === null || profile === null) return null;
  const found = policiesFor(profile, account).find(({ spec }) => spec.id === finding.policyId);
  if (found === undefined) return null;
  const { policy } = found;
  const override = account.overrides.findLast((one) => one.policyId === finding.policyId);
  // The server now agrees with what the person kept: nothing to tell.
  if (finding.kind === "unlearned" && override !== undefined && override.limit === finding.limit) return null;
  const length = policy.type === "rate" ? policy.quotaWindowMs : null;
  const words = {
    provider: profile.name,
    title: policy.title,
    noun: policy.noun,
    limit: finding.limit === null ? "?" : format.number(finding.limit),
    known: policy.limit === null ? "?" : format.number(policy.limit),
    span: finding.quotaWindowMs === null ? "" : format.duration(finding.quotaWindowMs),
    knownSpan: length === null ? "" : format.duration(length),
  };
  const other = words.span !== "" && words.knownSpan !== "" && words.span !== words.knownSpan;
  const id = noticeId(finding);
  const action =
    overrideOf(finding) === null ? null : { command: KEEP_LIMIT, title: t("Keep for This Account") };
  return { id, level: finding.kind === "stricter" ? "warning" : "info", sentence: sentence(), action };

  function sentence(): string {
    switch (finding.kind) {
      case "stricter":
        if (other)
          return t(
            "{provider} now allows {limit} {noun} in {span}, not {known} in {knownSpan}; Headroom keeps to that.",
            words,
          );
        return t("{provider} now allows {limit} {noun}, not {known}; Headroom keeps to {limit}.", words);
      case "looser":
        if (other)
          return t(
            "{provider} seems to allow {limit} {noun} in {span}, more than the {known} in {knownSpan} it publishes.",
            words,
          );
        return t("{provider} seems to allow {limit} {noun}, more than the {known} it publishes.", words);
      case "learned":
        return words.span === ""
          ? t("Headroom has learned “{title}” of {provider}: {limit} {noun}.", words)
          : t("Headroom has learned “{title}” of {provider}: {limit} {noun} in {span}.", words);
      case "unlearned":
        return t("What Headroom had learned about “{title}” of {provider} no longer holds.", words);
      case "foreign":
        return t("Something else spends {noun} of the same {provider} account; that is counted too.", words);
    }
  }
}

/** One notice for each account and policy. */
function noticeId({ accountId, policyId }: Finding): string {
  return `limit-${accountId}-${policyId}`;
}

/** The finding as a limit of the account; null where it taught no number. `setAt` is when it was found. */
function overrideOf({ kind, policyId, limit, quotaWindowMs, at }: Finding): LimitOverride | null {
  if (limit === null || kind === "unlearned" || kind === "foreign") return null;
  // A learned number may come from refusals alone; only the other two are always the server's own word.
  const evidence = kind === "learned" ? "inferred" : "stated";
  return { policyId, limit, quotaWindowMs, evidence, setAt: at };
}

/** Puts findings into the view, the newest of each account and policy, and remembers what could be kept. */
export function tell(parts: Parts, findings: readonly Finding[]): void {
  for (const finding of findings) {
    const notice = findingNotice(parts.context, finding);
    parts.taught.set(noticeId(finding), finding);
    if (notice !== null) notify(parts, notice);
  }
}

/** Saves what a notice offers to keep, and takes the notice away; false where it offers nothing. */
export function keepLimit(parts: Parts, id: string): boolean {
  const finding = parts.taught.get(id);
  const override = finding === undefined ? null : overrideOf(finding);
  if (finding === undefined || override === null) return false;
  parts.accounts.saveLimit(finding.accountId, override);
  parts.taught.delete(id);
  parts.notices.delete(id);
  parts.changes.changed();
  return true;
}
