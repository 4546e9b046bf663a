/** The owner of a run, for tests that kill it: node guard-owner.ts DIRECTORY */
import { Guard } from "../../../../environments/runs/guard.ts";

const guard = new Guard(process.argv[2] ?? "", process.env, () => undefined);
process.stdout.write(`${guard.pid ?? 0}\n`);
setInterval(() => undefined, 60_000);
