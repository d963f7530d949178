import { test } from "node:test";
import { situations } from "./situations/index.ts";
for (const { name, meet } of situations) test(name, async (t) => console.log((await meet(t)).length));
