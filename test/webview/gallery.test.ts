// Every state of the gallery in every theme: nothing that a screen reader or a narrow side bar would trip over.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { snapshotSchema } from "../../src/protocol/snapshot.ts";
import { usePanels } from "./gallery/panels.ts";
import { kept, states } from "./gallery/states.ts";
import { themeNames } from "./gallery/themes.ts";

/** Only what is asked for here: passes are not worked out, style sheets not read. */
const quick = { preload: false, resultTypes: ["violations" as const] };

/** What is seriously wrong, as lines to read. The page's own complaints come first: the checker makes some itself. */
async function faults(axe: AxeBuilder, theme: string, complaints: readonly string[]): Promise<string[]> {
  const own = [...complaints];
  const { violations } = await axe.analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const nodes = serious.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${theme} ${id}: ${node.html} ${node.failureSummary}`),
  );
  return [...own, ...nodes];
}

describe("every state of the panel", () => {
  const open = usePanels();

  for (const [name, state] of Object.entries(states)) {
    test(`${name}: fits the contract, breaks no content security policy, has no serious accessibility fault in any theme`, async () => {
      assert.deepEqual(snapshotSchema.parse(state), state);
      const panel = await open(state, { kept: kept[name] });
      const whole = await faults(
        new AxeBuilder({ page: panel.page }).options(quick),
        "dark",
        panel.complaints,
      );
      assert.deepEqual(whole, []);
      for (const theme of themeNames.slice(1)) {
        await panel.wear(theme);
        const colours = new AxeBuilder({ page: panel.page }).options({
          ...quick,
          runOnly: ["color-contrast"],
        });
        assert.deepEqual(await faults(colours, theme, []), []);
      }
      await panel.close();
    });

    test(`${name}: nothing is wider than a side bar of 260 px`, async () => {
      const panel = await open(state, { kept: kept[name] });
      const wide = await panel.page.evaluate(() => {
        const found: string[] = [];
        const width = document.documentElement.clientWidth;
        const look = (root: ParentNode) => {
          for (const element of root.querySelectorAll("*")) {
            const box = element.getBoundingClientRect();
            const clipped = getComputedStyle(element).position === "absolute";
            if (box.width > 0 && box.right > width + 0.5 && !clipped)
              found.push(`${element.tagName}.${element.className}`);
            if (element.shadowRoot !== null && !element.localName.startsWith("vscode-"))
              look(element.shadowRoot);
          }
        };
        look(document);
        return { found, over: document.documentElement.scrollWidth - width };
      });
      assert.deepEqual(wide, { found: [], over: 0 });
      await panel.close();
    });
  }

  test("text from a server stays text", async () => {
    const panel = await open(states.hostile!);
    const found = await panel.page.evaluate(() => {
      const count = (root: ParentNode): number =>
        [...root.querySelectorAll("*")].reduce(
          (sum, element) => sum + (element.shadowRoot === null ? 0 : count(element.shadowRoot)),
          root.querySelectorAll("img, svg[onload], [onerror]").length,
        );
      return { owned: "owned" in globalThis, elements: count(document) };
    });
    assert.deepEqual(found, { owned: false, elements: 0 });
    await panel.page.getByText("<b>bold</b>", { exact: true }).waitFor();
    await panel.close();
  });

  test("under reduced motion nothing is animated", async () => {
    const panel = await open(states.running!, { reducedMotion: true });
    const moving = await panel.page.evaluate(() => document.getAnimations().map((one) => String(one)).length);
    assert.equal(moving, 0);
    await panel.close();
  });

  test("a picture of the palest theme still tells full from empty without colour", async () => {
    const panel = await open(states["over-limit"]!, { theme: "hcLight" });
    await panel.page.getByText("3 over").waitFor();
    const meter = panel.page.getByRole("meter", { name: "Synthesis" });
    assert.equal(await meter.getAttribute("aria-valuetext"), "3 more than the limit of 10; spent elsewhere.");
    assert.equal(await meter.getAttribute("aria-valuenow"), "0");
    assert.equal(await meter.getAttribute("aria-valuemax"), "10");
    await panel.close();
  });
});
