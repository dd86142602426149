// The form as the page shows it: fields from the action's parameters, values, problems, choices. Pure over its input.
import type { Action, Parameter } from "../core/profile/schema.ts";
import type { Problem } from "../core/profile/validate.ts";
import type { FieldView, FormValue, Snapshot } from "../protocol/snapshot.ts";
import type { Choices } from "./choices.ts";
import { formValue, type Playground } from "./playground.ts";
import type { Translate } from "./ports.ts";

/** The form of the chosen action; null without one. */
export function formOf(t: Translate, playground: Playground, choices: Choices): Snapshot["form"] {
  const { action, values } = playground;
  if (action === null) return null;
  const shown: Record<string, FormValue> = {};
  for (const parameter of action.parameters)
    shown[parameter.name] = formValue(parameter, values[parameter.name]);
  return {
    draft: playground.draft,
    actionId: action.id,
    title: action.title,
    summary: action.summary,
    charged: action.charged,
    fields: action.parameters.map((one) => ({ ...fieldOf(one, choices), ...insteadOf(one, action) })),
    values: shown,
    problems: playground.problems,
    submitTitle: submitTitle(t, action),
    canSend: playground.canSend,
    blocked: blockedBy(t, playground.wrong),
  };
}

function fieldOf(parameter: Parameter, choices: Choices): FieldView {
  const { name, title, type, required, description, minimum, above, maximum, maxLength, unit, accept } =
    parameter;
  const offered =
    parameter.choicesFrom === undefined ? null : (choices.of(name) ?? { state: "offered" as const });
  const fixed = parameter.choices?.map((one) => ({ value: String(one.value), title: one.title }));
  const list = offered?.state === "loaded" ? offered.choices.map((one) => ({ ...one })) : fixed;
  const placeholder = parameter.default === undefined ? parameter.example : String(parameter.default);
  return {
    name,
    title,
    type,
    // A required value that has a default need not be filled in.
    required: required && parameter.default === undefined,
    advanced: parameter.advanced ?? false,
    multiline: parameter.multiline ?? type === "json",
    ...(description === undefined ? {} : { description }),
    ...(placeholder === undefined || type === "json" ? {} : { placeholder }),
    ...(list === undefined ? {} : { choices: list }),
    ...(offered === null ? {} : { loadChoices: offered.state }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(above === undefined ? {} : { above }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(unit === undefined ? {} : { unit }),
    ...(accept === undefined ? {} : { accept }),
  };
}

/** The others of the group of which exactly one is needed; nothing where there is no such group. */
function insteadOf({ name }: Parameter, { oneOf, parameters }: Action): Pick<FieldView, "insteadOf"> {
  const others = oneOf?.find((group) => group.includes(name))?.filter((one) => one !== name);
  if (others === undefined) return {};
  return { insteadOf: parameters.filter((one) => others.includes(one.name)).map(({ title }) => title) };
}

/** The first problem, and how many there are beside it. */
function blockedBy(t: Translate, problems: readonly Problem[]): string | null {
  const [first, ...more] = problems;
  if (first === undefined) return null;
  return more.length === 0
    ? first.sentence
    : t("{sentence} And {count} more.", { sentence: first.sentence, count: more.length });
}

function submitTitle(t: Translate, action: Action): string {
  if (action.role === "read") return t("Ask");
  return action.role === "delete" ? t("Delete") : t("Send");
}
