// Sends one step of an exchange: its first call, a further one, or an upload. The key and the state are stored
// before anything leaves; what comes back goes to taken.ts, what is thrown to failed.ts.
import { orAborted } from "../core/aborted.ts";
import { answersAt, FIRST, stepAt } from "../core/jobs/flow.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import type { Step } from "../core/profile/schema.ts";
import { advance } from "./advance.ts";
import { buildFor, checkKey, send } from "./calls.ts";
import { calledAt } from "./context.ts";
import { failed } from "./failed.ts";
import { recordRequest } from "./record.ts";
import { bodyFile, discard, liftOf } from "./results.ts";
import { taken } from "./taken.ts";
import { progressOf, redactorOf, setState, sourcesOf, type Task } from "./task.ts";
import { upload } from "./upload.ts";

/** Sends the step at which the job stands. Never throws for what may happen on the way. */
export async function sendStep(task: Task): Promise<void> {
  const { context, job, action } = task;
  const step = job.step === FIRST ? null : stepAt(action, job.step);
  try {
    if (step?.upload !== undefined) await upload(task, step.upload);
    else await sendCall(task, step);
  } catch (error) {
    await failed(task, error);
  }
  context.changed();
}

async function sendCall(task: Task, step: Step | null): Promise<void> {
  const { context, id, job, place, live, exchange } = task;
  const { jobs, exchanges, keys, clock, together } = context.ports;
  const action = calledAt(task);
  if (action === null) return advance(task);
  const input = step === null ? job.input : resolveBindings(step.bind, sourcesOf(job));
  const key = job.stepKey ?? null;
  if (step === null) {
    const building = buildFor(context, { place, action, input, idempotencyKey: key });
    const built = await orAborted(building, live.abort.signal);
    // Only a key that has been read can be taken out of what is stored.
    if (!place.account.simulated) await orAborted(keys.read(place.keyId), live.abort.signal);
    together(() => {
      exchanges.update(id, { request: recordRequest(redactorOf(context), built) });
      setState(context, id, "waiting");
    });
  }
  const incoming = await send(
    context,
    {
      place,
      action,
      input,
      exchangeId: id,
      idempotencyKey: key,
      lane: step === null ? "person" : "flow",
      title: exchange.title,
      saveTo: bodyFile(task, action),
      lift: liftOf(answersAt(task.action, job.step).flatMap((one) => one.results)),
      signal: live.abort.signal,
    },
    progressOf(task, {
      sending: () => {
        const now = clock.now();
        const stored = jobs.get(id) ?? job;
        checkKey(action, stored, now);
        jobs.update(id, { stage: "sent", sentAt: job.sentAt ?? now, keyedAt: stored.keyedAt ?? now });
        if (step === null) exchanges.update(id, { state: "sent" });
      },
      back: () => {
        jobs.update(id, { stage: "send" });
        if (step === null) exchanges.update(id, { state: "waiting" });
      },
      lost: () => jobs.update(id, { mayBeDone: true }),
      charged: action.charged,
      ...(step === null ? {} : { call: action.title }),
    }),
  );
  try {
    await taken(task, action, incoming);
  } finally {
    await discard(task.context, incoming);
  }
}
