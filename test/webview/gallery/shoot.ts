// Writes a picture of every state into a folder outside the project, to be looked at:
//     node test/webview/gallery/shoot.ts FOLDER [WIDTH,WIDTH] [THEME,THEME] [STATE,STATE]
import { mkdirSync } from "node:fs";
import path from "node:path";
import { launchBrowser } from "../../harness/browser.ts";
import { openPanel } from "./open.ts";
import { startGallery } from "./server.ts";
import { kept, states } from "./states.ts";
import { type ThemeName, themeNames } from "./themes.ts";

const [folder, widths = "260,420", themes = themeNames.join(), names = Object.keys(states).join()] =
  process.argv.slice(2);
if (folder === undefined) throw new Error("Name a folder for the pictures.");
mkdirSync(folder, { recursive: true });
const gallery = await startGallery();
const browser = await launchBrowser();
for (const theme of themes.split(",") as ThemeName[]) {
  for (const width of widths.split(",").map(Number)) {
    for (const name of names.split(",")) {
      const state = states[name];
      if (state === undefined) throw new Error(`There is no state ${name}.`);
      const panel = await openPanel(browser, gallery, state, {
        theme,
        width,
        height: 1200,
        stopClock: true,
        kept: kept[name],
      });
      await panel.page.waitForTimeout(
        name.includes("finished") || name === "comparing" || name === "everything" ? 400 : 60,
      );
      await panel.page.screenshot({
        path: path.join(folder, `${name}-${theme}-${width}.png`),
        fullPage: true,
      });
      for (const complaint of panel.complaints) console.error(name, theme, width, complaint);
      await panel.close();
    }
  }
}
await browser.close();
await gallery.close();
