/**
 * A test file whose tests are over ends soon, whatever they left open: what still holds it is printed, and it counts as failed.
 * Without it one failure that skips a close would hold the whole run. Loaded before the test files.
 */
import { after } from "node:test";

const PATIENCE_MS = 30_000;

// Not in the processes that a test starts: they inherit the options of their parent.
if (process.argv[1]?.endsWith(".test.ts") === true)
  after(() => {
    setTimeout(() => {
      console.error(`${process.argv[1]} left open: ${process.getActiveResourcesInfo().join(", ")}`);
      process.exit(1);
    }, PATIENCE_MS).unref();
  });
