// Whether the names inside one profile meet: actions, policies, plans, parameters, steps. Called by the schema
// after the shapes are right; it must not know any provider.
import type * as z from "zod";
import type { Action, Answer, Profile, Step } from "./schema.ts";

type Report = (where: PropertyKey[], message: string) => void;
type Named = ReadonlyMap<string, Action>;

/** Reports every reference in a profile that leads nowhere, with the path where it stands. */
export function checkReferences(profile: Profile, context: z.RefinementCtx<Profile>): void {
  const report: Report = (path, message) => context.addIssue({ code: "custom", path, message });
  const actions: Named = new Map(profile.actions.map((one) => [one.id, one]));
  if (actions.size !== profile.actions.length) report(["actions"], "two actions have the same id");
  const base = URL.canParse(profile.baseUrl) ? new URL(profile.baseUrl) : null;
  if (base !== null && (base.protocol !== "https:" || base.pathname !== "/" || base.search !== ""))
    report(["baseUrl"], "write an https origin without a path, as https://api.example.com");
  checkPolicies(profile, actions, report);
  for (const [i, one] of profile.actions.entries()) checkAction(one, actions, ["actions", i], report);
}

function checkPolicies(profile: Profile, actions: Named, report: Report): void {
  const policies = new Set(profile.policies.map((one) => one.id));
  const plans = new Set(profile.plans.map((one) => one.id));
  if (policies.size !== profile.policies.length) report(["policies"], "two policies have the same id");
  for (const [i, policy] of profile.policies.entries()) {
    if ("allBut" in policy.counts)
      for (const name of policy.counts.allBut)
        if (!policies.has(name)) report(["policies", i, "counts"], undefinedName("policy", name));
    for (const plan of Object.keys(policy.limitByPlan ?? {}))
      if (!plans.has(plan)) report(["policies", i, "limitByPlan"], undefinedName("plan", plan));
    if (policy.type === "slots" && policy.count !== undefined)
      checkCall(policy.count.action, policy.count.bind, actions, ["policies", i, "count"], report);
  }
}

function checkAction(action: Action, actions: Named, where: PropertyKey[], report: Report): void {
  const names = new Set(action.parameters.map((one) => one.name));
  if (names.size !== action.parameters.length) report([...where, "parameters"], "two have the same name");
  const placeholders = [...action.path.matchAll(/\{([^}]*)\}/g)].map((hit) => hit[1] ?? "");
  for (const name of placeholders)
    if (!action.parameters.some((one) => one.in === "path" && one.name === name))
      report([...where, "path"], `{${name}} needs a parameter of that name with "in": "path"`);
  for (const [p, parameter] of action.parameters.entries()) {
    const at = [...where, "parameters", p];
    if (parameter.in === "path" && !placeholders.includes(parameter.name))
      report([...where, "path"], `has no {${parameter.name}}`);
    if (parameter.choicesFrom !== undefined && !actions.has(parameter.choicesFrom.action))
      report(at, undefinedName("action", parameter.choicesFrom.action));
    if (parameter.pattern !== undefined && !isPattern(parameter.pattern))
      report([...at, "pattern"], "is not a regular expression");
    if (parameter.type === "file" && parameter.in !== "file" && parameter.in !== "step")
      report([...at, "in"], 'a parameter of type file needs "in": "file" or "step"');
  }
  for (const group of action.oneOf ?? [])
    for (const name of group)
      if (!names.has(name)) report([...where, "oneOf"], undefinedName("parameter", name));
  if (action.pagination !== undefined && !names.has(action.pagination.parameter))
    report([...where, "pagination"], undefinedName("parameter", action.pagination.parameter));
  checkAnswers(action.answers, actions, where, report);
  for (const [s, step] of action.steps.entries())
    checkStep(step, names, actions, [...where, "steps", s], report);
  const steps = new Set(["start", "last", ...action.steps.map((one) => one.name)]);
  if (steps.size !== action.steps.length + 2)
    report([...where, "steps"], "step names must differ, and may not be start or last");
}

function checkStep(
  step: Step,
  names: ReadonlySet<string>,
  actions: Named,
  where: PropertyKey[],
  report: Report,
): void {
  checkAnswers(step.answers, actions, where, report);
  if ((step.action === undefined) === (step.upload === undefined))
    report(where, "needs either action or upload");
  if (step.action !== undefined) checkCall(step.action, step.bind, actions, where, report);
  if (step.upload !== undefined && !names.has(step.upload.parameter))
    report([...where, "upload"], undefinedName("parameter", step.upload.parameter));
  if (step.unless !== undefined && !names.has(step.unless))
    report([...where, "unless"], undefinedName("parameter", step.unless));
}

function checkAnswers(answers: readonly Answer[], actions: Named, path: PropertyKey[], report: Report): void {
  for (const [a, { watch, results }] of answers.entries()) {
    const where = [...path, "answers", a];
    if (watch !== undefined) {
      const { poll, listPoll, cancel, longPoll } = watch;
      checkCall(poll.action, { ...poll.bind, ...longPoll?.bind }, actions, [...where, "watch"], report);
      if (listPoll?.ofJobs !== undefined)
        checkCall(listPoll.action, listPoll.ofJobs, actions, [...where, "watch"], report);
      for (const call of [listPoll, cancel])
        if (call !== undefined) checkCall(call.action, call.bind, actions, [...where, "watch"], report);
    }
    for (const [r, result] of results.entries()) {
      const at = [...where, "results", r];
      if ((result.action !== undefined) !== (result.from === "action"))
        report(at, 'action goes with "from": "action", and only with it');
      if (result.action !== undefined) checkCall(result.action, result.bind ?? {}, actions, at, report);
      if ((result.from === "base64" || result.from === "link") && result.path === undefined)
        report(at, `"from": "${result.from}" needs a path`);
    }
  }
}

/** An action that is called by name, with parameters that it has. */
function checkCall(
  name: string,
  bind: Readonly<Record<string, string>>,
  actions: Named,
  where: PropertyKey[],
  report: Report,
): void {
  const action = actions.get(name);
  if (action === undefined) {
    report(where, undefinedName("action", name));
    return;
  }
  for (const parameter of Object.keys(bind))
    if (!action.parameters.some((one) => one.name === parameter))
      report([...where, "bind"], `the action "${name}" has no parameter "${parameter}"`);
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function undefinedName(what: string, name: string): string {
  return `${what} "${name}" is not defined in this profile`;
}
