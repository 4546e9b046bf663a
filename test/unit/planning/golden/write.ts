import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { digests, placeDigests, wholePlans } from "./records.ts";

// Only where what the planner says is meant to change: the commit tells which lines, and why.
for (const { file, make } of [...wholePlans(), ...digests, placeDigests]) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, make());
}
