// One editor window's client in a process of its own: sends what it is told at full speed and says what came.
import { clientSide, profileOf } from "../wire/paced.ts";

/** What the parent tells this process. */
export interface Task {
  readonly url: string;
  readonly key: string;
  readonly databasePath: string;
  readonly quotaWindowMs: number;
  readonly count: number;
}

process.once("message", (task: Task) => {
  void run(task).then((statuses) => process.send?.(statuses, () => process.disconnect()));
});
process.send?.("ready");

async function run(task: Task): Promise<number[]> {
  const { call, close } = clientSide(await profileOf("sauti"), task.url, task.key, task);
  const text = JSON.stringify({ text: "Habari" });
  const say = () => call("POST", "/v1/text-to-speech/sauti-swahili-v1", { body: { type: "json", text } });
  const answers = await Promise.all(Array.from({ length: task.count }, say));
  await close();
  return answers.map((one) => one.head.status);
}
