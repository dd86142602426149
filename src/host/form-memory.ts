// Where the editor keeps what was chosen and typed in the playground: the state of this workspace, on this machine. No key
// ever comes here.
import type { FormMemory, FormPart } from "../app/ports.ts";

/** What it needs of the editor's `Memento`. */
export interface State {
  get(name: string): unknown;
  update(name: string, value: unknown): Thenable<void>;
}

/** When everything was forgotten last, for all workspaces and editor windows. Epoch ms. */
export interface Forgotten {
  at(): number;
  mark(at: number): void;
  onChange(listener: () => void): () => void;
}

/**
 * Keeps each part with its instant (epoch ms). The state of another workspace cannot be reached from here: what is forgotten
 * in one is passed over, and deleted, as soon as the other reads it.
 */
export function formMemory(workspace: State, forgotten: Forgotten, now: () => number): FormMemory {
  const nameOf = (part: FormPart) => `headroom.${part}`;
  return {
    forgottenAt: () => forgotten.at(),
    forgetEverywhere: () => forgotten.mark(now()),
    onForgotten: (listener) => forgotten.onChange(listener),
    read(part) {
      const kept = workspace.get(nameOf(part));
      if (typeof kept !== "object" || kept === null || !("at" in kept) || !("value" in kept))
        return undefined;
      if (Number(kept.at) > forgotten.at()) return kept.value;
      void workspace.update(nameOf(part), undefined);
      return undefined;
    },
    keep(part, value) {
      void workspace.update(nameOf(part), value === undefined ? undefined : { at: now(), value });
    },
  };
}
