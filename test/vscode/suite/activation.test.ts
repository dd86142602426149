/** The extension inside a real extension host: that it is found and starts. What it then does is tested elsewhere. */
import assert from "node:assert/strict";
import * as vscode from "vscode";

describe("the extension in a real extension host", () => {
  it("is found under its name and activates", async () => {
    const extension = vscode.extensions.getExtension("headroom.headroom");
    assert.ok(extension, "the host does not know headroom.headroom");
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
