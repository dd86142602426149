// An editor window in a process of its own, to be killed: sends one of each and says so.

import { open, sameGround } from "./whole-app.ts";

const [folder = "", accounts = "{}"] = process.argv.slice(2);
const place = await sameGround(folder, JSON.parse(accounts));
const one = open(place, {}, `child-${process.pid}`);
await one.app.start();
await one.send("soundpiece", "newSample");
await one.send("sync", "generate");
await one.send("sauti", "speakJob");
await one.send("vocabusta", "speak");
await one.send("voicedub", "dub");
process.stdout.write("sent\n");
