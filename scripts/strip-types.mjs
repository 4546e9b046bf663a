// To be imported before a TypeScript file of a checkout is: Node.js leaves out types by itself from 22.18
// on, and an older one is taught it here. Plain JavaScript, because any Node.js has to run it.
import * as module from "node:module";
import { isPromised, refusal } from "../toolchain/node-version.mjs";

if (!isPromised(process.versions.node)) throw new Error(refusal(process.versions.node));
if (!process.features.typescript) module.register("./strip-types-hooks.mjs", import.meta.url);
