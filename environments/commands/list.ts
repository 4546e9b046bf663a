import { screenOf, styleOf } from "../../verification/render/style.ts";
import { table } from "../../verification/render/table.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Listed } from "../list.ts";
import { defineCommand } from "./command.ts";

/** `linkerd-topology list` */
export const listCommand = defineCommand({
  name: "list",
  summary: "Lists what is up on this machine: since when, whose it is, and until when",
  more:
    "Stacks are what `up` made, runs what `run` made. `elsewhere` is what somebody made whose state is not here: " +
    "another user, another XDG_STATE_HOME, or another Pulumi backend.",
  options: [["--json", "one JSON document on standard output"]],
  run: async (context, { json }: { readonly json?: true }) => {
    const { list } = await import("../list.ts");
    const { meshes, problems } = await list();
    if (json) context.printJson({ meshes, problems }, 2);
    else context.print(meshes.length === 0 ? "nothing is up" : render(meshes));
    for (const problem of problems) context.output.write(`${problem}\n`);
    return problems.length === 0 ? exitCodes.success : exitCodes.failed;
  },
  examples: [
    ["linkerd-topology list", "a line for each"],
    ["linkerd-topology list --json | jq -r .meshes[].name", "for programs"],
  ],
  variables: ["XDG_STATE_HOME", "PULUMI_BACKEND_URL"],
});

function render(meshes: readonly Listed[]): string {
  return table(
    ["NAME", "MADE BY", "CLUSTERS", "SINCE", "UNTIL", "WHOSE"],
    meshes.map(({ name, kind, clusters, since, until, pool, whose }) => [
      name,
      pool === undefined ? madeBy[kind] : `${madeBy[kind]} (${pool} in its pool)`,
      clusters.map((one) => `${one.name} (${one.state})`).join("\n"),
      local(since),
      local(until),
      whose,
    ]),
    styleOf(screenOf(process.stdout)),
  );
}

const madeBy = { stack: "up", run: "run", elsewhere: "elsewhere" } as const;

/** `2026-11-29 21:04`, in the person's own time zone. */
function local(time: string | undefined): string {
  // Swedish has the order of ISO 8601.
  return time === undefined ? "" : new Date(time).toLocaleString("sv-SE").slice(0, 16);
}
