// Asks several things one after the other in one quick input, with a way back and the count of steps. It must not know
// what is asked.
import * as vscode from "vscode";

/** What a step answered: a value, the way back, or the end of it all. */
export type Step<T> = { readonly value: T } | "back" | "cancelled";

/** Where a step stands: shown as title and count. */
export interface Place {
  readonly title: string;
  readonly step: number;
  readonly of: number;
  readonly signal?: vscode.CancellationToken;
}

/** One entry of a list. */
export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** A choice from a list. Entries match by label, description and detail. */
export function pickStep<T>(
  place: Place,
  choices: readonly Choice<T>[],
  placeholder: string,
  active?: T,
): Promise<Step<T>> {
  const input = vscode.window.createQuickPick<Choice<T>>();
  input.items = choices;
  input.placeholder = placeholder;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  const before = choices.find((one) => one.value === active);
  if (before !== undefined) input.activeItems = [before];
  return ask<T>(input, place, () => {
    const chosen = input.selectedItems[0];
    return chosen === undefined ? null : { value: chosen.value };
  });
}

/** What is wrong with a text: an error keeps the step open, a warning does not. */
export interface TextProblem {
  readonly sentence: string;
  readonly blocks: boolean;
}

/** A line of text. `secret` shows dots. */
export function textStep(
  place: Place,
  options: {
    readonly prompt: string;
    readonly value?: string;
    readonly placeholder?: string;
    readonly secret?: boolean;
    readonly problem: (text: string) => TextProblem | null;
  },
): Promise<Step<string>> {
  const input = vscode.window.createInputBox();
  input.prompt = options.prompt;
  input.value = options.value ?? "";
  input.placeholder = options.placeholder ?? "";
  input.password = options.secret ?? false;
  const show = (problem: TextProblem | null) => {
    input.validationMessage =
      problem === null
        ? undefined
        : {
            message: problem.sentence,
            severity: problem.blocks
              ? vscode.InputBoxValidationSeverity.Error
              : vscode.InputBoxValidationSeverity.Warning,
          };
  };
  input.onDidChangeValue((text) => show(text === "" ? null : options.problem(text)));
  return ask<string>(input, place, () => {
    const problem = options.problem(input.value);
    show(problem);
    return problem?.blocks ? null : { value: input.value.trim() };
  });
}

function ask<T>(
  input: vscode.QuickPick<Choice<T>> | vscode.InputBox,
  place: Place,
  accept: () => Step<T> | null,
): Promise<Step<T>> {
  input.title = place.title;
  // A single question needs no count.
  input.step = place.of > 1 ? place.step : undefined;
  input.totalSteps = place.of > 1 ? place.of : undefined;
  input.ignoreFocusOut = true;
  if (place.step > 1) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const end = (step: Step<T>) => {
      resolve(step);
      input.hide();
    };
    input.onDidAccept(() => {
      const step = accept();
      if (step !== null) end(step);
    });
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) end("back");
    });
    input.onDidHide(() => {
      resolve("cancelled");
      input.dispose();
    });
    input.show();
  });
}

/** Runs steps in order, back as often as wanted; false when the person left. Each step keeps its own answer. */
export async function runSteps(
  steps: readonly (() => Promise<"next" | "back" | "cancelled">)[],
): Promise<boolean> {
  for (let at = 0; at < steps.length; ) {
    const went = await steps[at]?.();
    if (went === "cancelled" || went === undefined) return false;
    at += went === "back" ? -1 : 1;
    if (at < 0) return false;
  }
  return true;
}
