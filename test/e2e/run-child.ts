/**
 * `run` in a process of its own, for tests that kill it: node run-child.ts NAME TOPOLOGY_FILE HOW COMMAND...
 * HOW is `remove`, `keep` (if something fails), or the age of a pool's meshes.
 */
import { describeError } from "../../environments/commands/run-command.ts";
import { run } from "../../environments/run.ts";

const [name = "", file = "", how = "", ...command] = process.argv.slice(2);
process.exitCode = await run({
  source: { file },
  name,
  command,
  keepOnFailure: how === "keep",
  pool: how === "keep" || how === "remove" ? undefined : how,
  allowNoDataPlane: true,
  output: { terminal: false, write: (text) => process.stderr.write(text) },
}).catch((error: unknown) => {
  process.stderr.write(`${describeError(error)}\n`);
  return 99;
});
