/** What the manifest contributes against what the running extension registers. What a command does is tested elsewhere. */
import assert from "node:assert/strict";
import * as vscode from "vscode";

interface Manifest {
  readonly contributes?: {
    readonly commands?: readonly { readonly command: string }[];
    readonly views?: Readonly<Record<string, readonly { readonly id: string }[]>>;
  };
}

async function started(): Promise<Manifest> {
  const extension = vscode.extensions.getExtension("headroom.headroom");
  assert.ok(extension, "the host does not know headroom.headroom");
  await extension.activate();
  return extension.packageJSON as Manifest;
}

/** Commands that the editor makes by itself for a view: focus it, reset its place and so on. */
function ofViews(manifest: Manifest): (command: string) => boolean {
  const views = Object.values(manifest.contributes?.views ?? {}).flatMap((list) => list.map(({ id }) => id));
  return (command) => views.some((view) => command.startsWith(`${view}.`));
}

describe("the manifest and the running extension", () => {
  it("name the same commands: none without an entry in the palette's list, none without code", async () => {
    const manifest = await started();
    const contributed = (manifest.contributes?.commands ?? []).map(({ command }) => command).sort();
    const ofView = ofViews(manifest);
    const all = await vscode.commands.getCommands(true);
    const registered = all.filter((command) => command.startsWith("headroom.") && !ofView(command)).sort();
    assert.deepEqual(registered, contributed);
  });
});
