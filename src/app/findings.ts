// What answers taught about limits, as notices: said once, with the numbers, never in between.
import { policiesFor } from "../core/profile/claim.ts";
import type { Finding } from "../core/quota/ledger.ts";
import type { Context } from "./context.ts";
import type { Notice } from "./parts.ts";

/** A finding as a notice; null where its account or policy is gone. A newer one of the same policy takes its place. */
export function findingNotice(context: Context, finding: Finding): Notice | null {
  const { t, format } = context.ports;
  const account = context.account(finding.accountId);
  const profile = account === null ? null : context.profile(account.providerId);
  if (account === null || profile === null) return null;
  const found = policiesFor(profile, account).find(({ spec }) => spec.id === finding.policyId);
  if (found === undefined) return null;
  const { policy } = found;
  const words = {
    provider: profile.name,
    title: policy.title,
    noun: policy.noun,
    limit: finding.limit === null ? "?" : format.number(finding.limit),
    known: policy.limit === null ? "?" : format.number(policy.limit),
    span: finding.quotaWindowMs === null ? "" : format.duration(finding.quotaWindowMs),
  };
  const id = `limit-${finding.accountId}-${finding.policyId}`;
  return { id, level: finding.kind === "stricter" ? "warning" : "info", sentence: sentence(), action: null };

  function sentence(): string {
    switch (finding.kind) {
      case "stricter":
        return t("{provider} now allows {limit} {noun}, not {known}; Headroom keeps to {limit}.", words);
      case "looser":
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
