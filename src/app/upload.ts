// Sends a chosen file's bytes to an address that an earlier answer gave. No key goes there.

import { orAborted } from "../core/aborted.ts";
import { HeadroomError } from "../core/errors.ts";
import { readFile } from "../core/profile/input.ts";
import { readText } from "../core/profile/path.ts";
import type { Step } from "../core/profile/schema.ts";
import { advance } from "./advance.ts";
import { assertOpen, withoutKeys } from "./calls.ts";
import { newId } from "./context.ts";
import { progressOf, type Task } from "./task.ts";

/** Uploads and goes on to the next step. Throws what the client throws, badShape without an address or file. */
export async function upload(task: Task, spec: NonNullable<Step["upload"]>): Promise<void> {
  const { context, id, job, live, place, exchange } = task;
  const url = readText({ headers: {}, body: job.answers.last }, spec.url);
  const file = readFile(job.input[spec.parameter]);
  if (url === null)
    throw new HeadroomError("badShape", "The answer gave no upload address.", {
      path: spec.url,
      expected: "an address to upload to",
    });
  if (file === null)
    throw new HeadroomError("badShape", "There is no file to upload.", {
      path: spec.parameter,
      expected: "a file",
    });
  await orAborted(assertOpen(context, place, url), live.abort.signal);
  const answer = await context.ports.client.send(
    {
      id: `${id}.${newId().slice(0, 8)}`,
      method: spec.method,
      url,
      headers: {},
      body: { type: "file", file: file.file, mediaType: file.mediaType },
      auth: null,
      claim: null,
      lane: "flow",
      holder: null,
      title: exchange.title,
      quick: false,
      // The same bytes to the same address: a second time changes nothing.
      repeat: "safe",
      retry: place.profile.retry,
      saveTo: null,
      idleMs: 180_000,
      signal: live.abort.signal,
    },
    progressOf(task, { sending: () => {}, back: () => {}, lost: () => {}, charged: false }),
  );
  const incoming = withoutKeys(context, answer);
  if (incoming.head.status >= 400)
    throw new HeadroomError("httpFailed", "The upload was refused.", {
      status: incoming.head.status,
      code: null,
      detail: incoming.text,
    });
  advance(task);
}
