// `npm run bench`: prints every figure that the docs name. `npm run bench -- makespan fixed sliding` runs a part.
// Figures are ratios within one run or medians; nothing here passes or fails.
import { parseArgs } from "node:util";
import { activationFigures } from "./activation.ts";
import { historyTable } from "./history/table.ts";
import { lastingFigures } from "./lasting.ts";
import { makespanTable } from "./makespan/table.ts";
import { overheadTable } from "./overhead/table.ts";
import { sizeFigures } from "./size.ts";
import { slotsTable } from "./slots/table.ts";
import { soakFigures } from "./soak.ts";
import { streamTable } from "./stream/table.ts";
import { virtualTable } from "./virtual.ts";
import { wakeFigures } from "./wake/table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    contestant: { type: "string", multiple: true, default: [] },
    phases: { type: "string", default: "0.1,0.45,0.8" },
    "at-once": { type: "string", default: "6" },
  },
});
const [part = "all", ...names] = positionals;

if (part === "all" || part === "size") sizeFigures();
if (part === "all" || part === "activation") activationFigures();
if (part === "all" || part === "soak") await soakFigures();
if (part === "all" || part === "overhead") await overheadTable(names);
if (part === "all" || part === "virtual") virtualTable(names, 20);
if (part === "all" || part === "wake") await wakeFigures();
if (part === "all" || part === "lasting") lastingFigures();
if (part === "all" || part === "history") await historyTable();
if (part === "all" || part === "stream") await streamTable();
if (part === "all" || part === "slots")
  await slotsTable(
    values.contestant,
    Array.from({ length: 4 * values.phases.split(",").length }, (_, i) => i + 1),
  );
if (part === "all" || part === "makespan")
  await makespanTable({
    scenarios: names,
    contestants: values.contestant,
    phases: values.phases.split(",").map(Number),
    atOnce: Number(values["at-once"]),
  });
