import { readFileSync } from "node:fs";
import type { Mesh } from "../../verification/index.ts";
import { observe } from "../../verification/observe.ts";
import { verifyTraffic } from "../../verification/traffic/verify-traffic.ts";

/** Verifies a mesh until it is killed: what it is comes in a file. */
const mesh = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Mesh;
for (;;) await verifyTraffic(mesh, await observe(mesh));
