// Which quota policies a request counts in, for one account and key. Pure: it reads the profile and the account.
import type { Claim, ClaimPart, Evidence, Policy } from "../quota/model.ts";
import type { Account } from "./account.ts";
import type { Profile, ProfilePolicy } from "./schema.ts";

/** A policy as it stands for one account, beside the profile's own words on it. */
export interface PolicyInForce {
  readonly spec: ProfilePolicy;
  readonly policy: Policy;
}

/** The profile's policies with the account's plan and overrides applied, each with its evidence. */
export function policiesFor(
  profile: Profile,
  account: Pick<Account, "planId" | "overrides">,
): readonly PolicyInForce[] {
  return profile.policies.map((spec) => {
    const override = account.overrides.findLast((one) => one.policyId === spec.id);
    const limit = override === undefined ? planLimit(spec, account.planId) : override.limit;
    const said: Evidence = spec.fact.evidence === "published" ? "published" : "inferred";
    const evidence = override?.evidence ?? (limit === null ? "unknown" : said);
    const { id, title, noun } = spec;
    if (spec.type === "slots") return { spec, policy: { type: "slots", id, title, noun, limit, evidence } };
    const quotaWindowMs = override?.quotaWindowMs ?? spec.quotaWindowMs;
    const { kind, refusedCount } = spec;
    const told = profile.headers.describes !== "none" && profile.headers.remaining !== undefined;
    return {
      spec,
      policy: { type: "rate", id, title, noun, kind, limit, quotaWindowMs, refusedCount, told, evidence },
    };
  });
}

/** The partition of a policy, as `sauti/key:ID/synthesis`: who shares one count. */
function partitionOf(
  profile: Pick<Profile, "id">,
  spec: Pick<ProfilePolicy, "id" | "scope">,
  accountId: string,
  keyId: string,
): string {
  return `${profile.id}/${spec.scope}:${spec.scope === "key" ? keyId : accountId}/${spec.id}`;
}

/**
 * Every partition that a request counts in, one unit each. `path` is the API's path, with placeholders or filled in, without
 * origin and query. Slot policies take part only for the calls they count, which are those that create.
 */
export function claimFor(
  profile: Profile,
  account: Pick<Account, "id" | "planId" | "overrides">,
  keyId: string,
  method: string,
  path: string,
): Claim {
  const call = { method, path };
  const counted = policiesFor(profile, account).filter(({ spec }) => isCounted(profile, spec, call));
  return { accountId: account.id, parts: partsOf(counted, profile, account.id, keyId) };
}

/** All partitions of an account as seen with one key, for meters. */
export function wholeClaim(
  profile: Profile,
  account: Pick<Account, "id" | "planId" | "overrides">,
  keyId: string,
): Claim {
  return {
    accountId: account.id,
    parts: partsOf(policiesFor(profile, account), profile, account.id, keyId),
  };
}

function partsOf(
  policies: readonly PolicyInForce[],
  profile: Profile,
  accountId: string,
  keyId: string,
): ClaimPart[] {
  return policies.map(({ spec, policy }) => ({
    partition: partitionOf(profile, spec, accountId, keyId),
    policy,
    cost: 1,
    shared: isShared(profile, spec),
  }));
}

/** Whether calls that a person or a flow makes count in a policy. */
function isShared(profile: Profile, spec: ProfilePolicy): boolean {
  return profile.actions.some((action) => action.role !== "poll" && isCounted(profile, spec, action));
}

function planLimit(spec: ProfilePolicy, planId: string | null): number | null {
  const plans = spec.limitByPlan ?? {};
  const limit = planId !== null && Object.hasOwn(plans, planId) ? plans[planId] : undefined;
  return limit === undefined ? spec.limit : limit;
}

/** Whether a policy counts a call. */
function isCounted(
  profile: Profile,
  spec: ProfilePolicy,
  { method, path }: { readonly method: string; readonly path: string },
): boolean {
  const { counts } = spec;
  if (!("allBut" in counts)) return countsByName(spec, method, path);
  return !profile.policies.some((one) => counts.allBut.includes(one.id) && countsByName(one, method, path));
}

function countsByName(spec: ProfilePolicy, method: string, path: string): boolean {
  if (!("calls" in spec.counts)) return false;
  return spec.counts.calls.some(
    (call) =>
      (call.methods === undefined || call.methods.some((one) => one === method.toUpperCase())) &&
      matchesGlob(call.path, path),
  );
}

/** Whether a path fits a glob: `*` is one segment, `**` at the end is any rest. A trailing slash does not matter. */
export function matchesGlob(glob: string, path: string): boolean {
  const wanted = glob.split("/").filter((one) => one !== "");
  const given = path.split("/").filter((one) => one !== "");
  if (wanted.at(-1) === "**") {
    wanted.pop();
    if (given.length < wanted.length) return false;
    given.length = wanted.length;
  }
  return wanted.length === given.length && wanted.every((one, i) => one === "*" || one === given[i]);
}
