// Import this before a TypeScript file of a checkout. Node.js strips types by itself since 22.18; this adds
// it to older ones. Plain JavaScript, because any Node.js must run it.
import * as module from "node:module";
import { isPromised, refusal } from "../toolchain/node-version.mjs";

if (!isPromised(process.versions.node)) throw new Error(refusal(process.versions.node));
if (!process.features.typescript) module.register("./strip-types-hooks.mjs", import.meta.url);
