/** The live page of a stack, until it is killed: node ui-child.ts STACK FILE. It prints the page's address. */
import { localBackend } from "../../environments/backend.ts";
import { livePage } from "../../environments/ui.ts";
import { stateDirectory } from "../../system/state-directory.ts";

const [name = "", file = ""] = process.argv.slice(2);
const { url } = await livePage({
  stack: { name, file },
  backend: localBackend(stateDirectory()),
});
process.stdout.write(`${url}\n`);
