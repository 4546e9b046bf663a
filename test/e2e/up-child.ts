/** `up` in a process of its own, for tests that kill it: node up-child.ts STACK FILE */
import { localBackend } from "../../environments/backend.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import { up } from "../../environments/up.ts";

const [name = "", file = ""] = process.argv.slice(2);
await up({
  stack: { name, file },
  backend: localBackend(stateDirectory()),
  output: { terminal: false, write: (text) => process.stderr.write(text) },
  images: process.env["IMAGES"],
  allowNoDataPlane: true,
});
