// Asks for what a new account or key needs, step by step: provider, name, key, plan. It must not keep a key's text
// longer than until it is handed on.
import type { App, ProviderInfo } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";
import { pickStep, runSteps, type Step, type TextProblem, textStep } from "./steps.ts";

/** Answers asked for a new account. */
interface Answers {
  providerId: string;
  name: string;
  keyText: string;
  planId: string | null;
}

/** Adds an account; `providerId` where it is known already. Returns whether one was added. */
export async function addAccount(app: App, t: Translate, providerId?: string): Promise<string | null> {
  const providers = app.accounts.providers();
  const given = providers.find((one) => one.id === providerId);
  const answers: Answers = { providerId: given?.id ?? "", name: "", keyText: "", planId: null };
  const title = t("Add Account");
  const provider = () => providers.find((one) => one.id === answers.providerId) as ProviderInfo;
  const first = given === undefined ? 0 : 1;
  // Plans differ by provider, so the count is right only once it is chosen.
  const of = () => 4 - first - (answers.providerId !== "" && provider().plans.length === 0 ? 1 : 0);
  const keep = <K extends keyof Answers>(key: K, step: Step<Answers[K]>) => {
    if (typeof step === "string") return step;
    answers[key] = step.value;
    return "next" as const;
  };
  const done = await runSteps([
    ...(given === undefined
      ? [
          async () =>
            keep(
              "providerId",
              await pickStep(
                { title, step: 1, of: of() },
                providers.map((one) => ({ label: one.name, detail: one.summary, value: one.id })),
                t("Whose API is it?"),
                answers.providerId,
              ),
            ),
        ]
      : []),
    async () =>
      keep(
        "name",
        await textStep(
          { title, step: 2 - first, of: of() },
          {
            prompt: t("A name for this {provider} account", { provider: provider().name }),
            placeholder: t("Such as Work"),
            value: answers.name,
            problem: nameProblem(app, t, answers.providerId),
          },
        ),
      ),
    async () =>
      keep(
        "keyText",
        await textStep(
          { title, step: 3 - first, of: of() },
          {
            prompt: t(
              "The API key. It goes to the editor's secret storage, and from there to {provider} only.",
              { provider: provider().name },
            ),
            placeholder: provider().keyHint,
            value: answers.keyText,
            secret: true,
            problem: keyProblem(app, provider()),
          },
        ),
      ),
    async () => {
      if (provider().plans.length === 0) return "next";
      return keep(
        "planId",
        await planStep(t, provider(), { title, step: 4 - first, of: of() }, answers.planId),
      );
    },
  ]);
  if (!done) return null;
  const made = await app.accounts.add({ ...answers, keyName: t("Key {number}", { number: 1 }) });
  return made.id;
}

/** Adds a key to an account. Returns whether one was added. */
export async function addKey(app: App, t: Translate, accountId: string): Promise<boolean> {
  const account = app.accounts.list().find((one) => one.id === accountId);
  const provider = app.accounts.providers().find((one) => one.id === account?.providerId);
  if (account === undefined || provider === undefined) return false;
  const title = t("Add Key to {account}", { account: account.name });
  let name = t("Key {number}", { number: account.keys.length + 1 });
  let text = "";
  const done = await runSteps([
    async () => {
      const step = await textStep(
        { title, step: 1, of: 2 },
        { prompt: t("A name for the key"), value: name, problem: emptyProblem(t) },
      );
      if (typeof step === "string") return step;
      name = step.value;
      return "next";
    },
    async () => {
      const step = await textStep(
        { title, step: 2, of: 2 },
        {
          prompt: t(
            "The API key. It goes to the editor's secret storage, and from there to {provider} only.",
            { provider: provider.name },
          ),
          placeholder: provider.keyHint,
          secret: true,
          problem: keyProblem(app, provider),
        },
      );
      if (typeof step === "string") return step;
      text = step.value;
      return "next";
    },
  ]);
  if (done) await app.accounts.addKey(accountId, name, text);
  return done;
}

/** Asks for the plan of an account; null is "not known". */
export function planStep(
  t: Translate,
  provider: ProviderInfo,
  place: { title: string; step: number; of: number },
  active: string | null,
): Promise<Step<string | null>> {
  const choices = [
    ...provider.plans.map((plan) => ({ label: plan.title, value: plan.id as string | null })),
    {
      label: t("I do not know"),
      detail: t("Headroom then assumes the smallest limits until the server tells more."),
      value: null,
    },
  ];
  return pickStep(place, choices, t("The plan of this account: it decides over its limits"), active);
}

/** A name that is free among a provider's accounts. */
export function nameProblem(
  app: App,
  t: Translate,
  providerId: string,
  own?: string,
): (text: string) => TextProblem | null {
  return (text) => {
    const name = text.trim();
    if (name === "") return { sentence: t("Give it a name."), blocks: true };
    const taken = app.accounts
      .list()
      .some((one) => one.providerId === providerId && one.name === name && one.id !== own);
    return taken ? { sentence: t("There is an account of this name already."), blocks: true } : null;
  };
}

/** A name must have at least one sign. */
export function emptyProblem(t: Translate): (text: string) => TextProblem | null {
  return (text) => (text.trim() === "" ? { sentence: t("Give it a name."), blocks: true } : null);
}

/** What cannot be sent at all blocks; what merely looks unusual is a friendly warning, since patterns age. */
function keyProblem(app: App, provider: ProviderInfo): (text: string) => TextProblem | null {
  return (text) => {
    const sentence = app.accounts.keyProblem(provider.id, text);
    return sentence === null ? null : { sentence, blocks: !/^[\x21-\x7e]+$/.test(text.trim()) };
  };
}
