/** Ends what would outlive the editor. Named so that it comes last. */
import { started } from "../started.ts";

describe("after all tests", () => {
  it("the simulator is ended", async () => {
    const { simulator } = await started();
    await simulator.stop();
  });
});
