// Whether form values fit an action before anything is sent: problems by field, one clear sentence each. Pure.
import { coerce, type FileValue, type Input, isEmpty } from "./input.ts";
import type { Action, Parameter } from "./schema.ts";

/** What is wrong with one field. */
export interface Problem {
  /** The parameter's name. */
  readonly field: string;
  readonly sentence: string;
}

/** All problems of a form's values, in the order of the fields; empty where it can be sent. */
export function validateInput(action: Action, input: Input): Problem[] {
  const problems: Problem[] = [];
  for (const parameter of action.parameters) {
    const sentence = problemOf(parameter, input[parameter.name]);
    if (sentence !== null) problems.push({ field: parameter.name, sentence });
  }
  for (const group of action.oneOf ?? []) {
    const given = group.filter((name) => !isEmpty(input[name]));
    if (given.length === 1) continue;
    const titles = group.map((name) => action.parameters.find((one) => one.name === name)?.title ?? name);
    const sentence = given.length === 0 ? `Give ${listed(titles)}.` : `Give only one: ${listed(titles)}.`;
    problems.push({ field: (given.length === 0 ? group[0] : given[1]) ?? "", sentence });
  }
  return problems;
}

/** What is wrong with one value, as a sentence; null where nothing is. */
export function problemOf(parameter: Parameter, given: unknown): string | null {
  const { title, type } = parameter;
  const value = coerce(parameter, given);
  if (value === undefined || value === "") {
    if (!parameter.required) return null;
    if (type === "file") return `${title} is missing; choose a file.`;
    return `${title} is empty; it is needed.`;
  }
  if (value === null) return notOfType(parameter);
  if (type === "file") return fileProblem(parameter, value as FileValue);
  if (parameter.choices !== undefined && !parameter.choices.some((one) => one.value === value)) {
    const titles = parameter.choices.map((one) => one.title);
    return `${title} must be ${listed(titles)}.`;
  }
  if (typeof value === "number") return rangeProblem(parameter, value);
  if (typeof value === "string") return textProblem(parameter, value);
  return null;
}

function notOfType({ title, type }: Parameter): string {
  switch (type) {
    case "integer":
      return `${title} must be a whole number.`;
    case "number":
      return `${title} must be a number.`;
    case "boolean":
      return `${title} must be yes or no.`;
    case "file":
      return `${title} is not a file; choose one.`;
    default:
      return `${title} is not valid JSON.`;
  }
}

function rangeProblem({ title, minimum, above, maximum, unit }: Parameter, value: number): string | null {
  if (above !== undefined && value <= above)
    return `${title} must be more than ${number(above)}${unit === undefined ? "" : ` ${unit}`}; this is ${number(value)}.`;
  const low = minimum !== undefined && value < minimum;
  const high = maximum !== undefined && value > maximum;
  if (!low && !high) return null;
  const of = unit === undefined ? "" : ` ${unit}`;
  if (minimum !== undefined && maximum !== undefined)
    return `${title} must be from ${number(minimum)} to ${number(maximum)}${of}; this is ${number(value)}.`;
  return low
    ? `${title} must be at least ${number(minimum ?? 0)}${of}; this is ${number(value)}.`
    : `${title} may be at most ${number(maximum ?? 0)}${of}; this is ${number(value)}.`;
}

function textProblem(parameter: Parameter, value: string): string | null {
  const { title, minLength, maxLength, pattern } = parameter;
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength)
    return `${title} may have at most ${characters(maxLength)}; this one has ${number(length)}.`;
  if (minLength !== undefined && length < minLength)
    return `${title} needs at least ${characters(minLength)}; this one has ${number(length)}.`;
  if (parameter.required && value.trim() === "") return `${title} is blank; it is needed.`;
  if (pattern !== undefined && !matches(pattern, value)) {
    const like = parameter.example === undefined ? "" : `; it looks like ${parameter.example}`;
    return `${title} does not have the right form${like}.`;
  }
  return null;
}

function fileProblem({ title, maxBytes, accept }: Parameter, { bytes, fileName, mediaType }: FileValue) {
  if (bytes === 0) return `${title} is an empty file; choose another one.`;
  if (maxBytes !== undefined && bytes !== null && bytes > maxBytes)
    return `${title} may have at most ${size(maxBytes)}; this file has ${size(bytes)}.`;
  if (accept === undefined || accept.some((one) => accepts(one, fileName, mediaType))) return null;
  return `${title} must be ${listed(accept.map((one) => one.replace("/*", "")))}; this file is ${fileName}.`;
}

function accepts(wanted: string, fileName: string, mediaType: string): boolean {
  if (wanted.startsWith(".")) return fileName.toLowerCase().endsWith(wanted.toLowerCase());
  return wanted.endsWith("/*") ? mediaType.startsWith(wanted.slice(0, -1)) : wanted === mediaType;
}

/** A pattern that does not compile checks nothing; the schema has refused it before. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

function number(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

function characters(count: number): string {
  return `${number(count)} ${count === 1 ? "character" : "characters"}`;
}

function size(bytes: number): string {
  if (bytes < 1024) return `${number(bytes)} B`;
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "kB"] : [bytes / (1024 * 1024), "MB"];
  return `${value.toLocaleString("en-US", { maximumFractionDigits: 1 })} ${unit}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
