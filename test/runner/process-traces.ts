import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { runVariable } from "../../environments/runs/processes.ts";

/**
 * Processes of runs that tests created: those with the run's name in their environment, and its guardian,
 * whose argument is the run's directory. Only if there is a /proc.
 *
 * @param isOfTests whether only tests use such a name
 */
export async function processTraces(
  isOfTests: (name: string) => boolean,
): Promise<{ readonly pid: string; readonly run: string }[]> {
  const entries = await readdir("/proc").catch(() => []);
  const found = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
      .map(async (entry) => {
        const [environment, command] = await Promise.all(
          ["environ", "cmdline"].map((name) =>
            readFile(`/proc/${entry}/${name}`, "utf8").catch(() => ""),
          ),
        );
        const run = runOf(environment ?? "", (command ?? "").split("\0"));
        if (run === undefined || !isOfTests(run)) return [];
        return [{ pid: entry, run }];
      }),
  );
  return found.flat();
}

function runOf(environment: string, command: readonly string[]): string | undefined {
  const mark = `${runVariable}=`;
  const variable = environment.split("\0").find((one) => one.startsWith(mark));
  if (variable !== undefined) return variable.slice(mark.length);
  const guardian = command.findIndex((word) => word.endsWith("/guardian.ts"));
  const directory = guardian === -1 ? undefined : command[guardian + 1];
  return directory === undefined ? undefined : path.basename(directory);
}
