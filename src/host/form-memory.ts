// Where the editor keeps what was chosen and typed in the playground: the state of this workspace, on this machine. No key
// ever comes here.
import type { FormMemory, FormPart } from "../app/ports.ts";

/** What it needs of the editor's `Memento`. */
export interface State {
  get(name: string): unknown;
  update(name: string, value: unknown): Thenable<void>;
}

/** The instant before which everything was forgotten, for all workspaces. */
const FORGOTTEN = "headroom.forgottenAt";

/**
 * Keeps each part with its instant (epoch ms). The state of another workspace cannot be reached from here: what is forgotten
 * in one is passed over, and deleted, as soon as the other reads it.
 */
export function formMemory(workspace: State, everywhere: State, now: () => number): FormMemory {
  const nameOf = (part: FormPart) => `headroom.${part}`;
  const forgottenAt = () => {
    const at = everywhere.get(FORGOTTEN);
    return typeof at === "number" ? at : 0;
  };
  return {
    forgottenAt,
    forgetEverywhere() {
      void everywhere.update(FORGOTTEN, now());
    },
    read(part) {
      const kept = workspace.get(nameOf(part));
      if (typeof kept !== "object" || kept === null || !("at" in kept) || !("value" in kept))
        return undefined;
      if (Number(kept.at) > forgottenAt()) return kept.value;
      void workspace.update(nameOf(part), undefined);
      return undefined;
    },
    keep(part, value) {
      void workspace.update(nameOf(part), value === undefined ? undefined : { at: now(), value });
    },
  };
}
