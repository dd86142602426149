/**
 * Gives every random test of a run the same seed, so that a run can be repeated: FC_SEED, or the one that stands here. Loaded
 * before the test files. It must not choose what is tested.
 */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_123) });
