import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { screenOf, styleOf } from "../../verification/render/style.ts";
import { badInput } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { requireWritable } from "../output-files.ts";
import { defineCommand } from "./command.ts";
import { type ContextOptions, contextOptions } from "./options.ts";

interface Options extends ContextOptions {
  readonly output?: string;
  readonly json?: true;
}

/** `linkerd-topology discover` */
export const discoverCommand = defineCommand<Options>({
  name: "discover",
  summary: "Writes the topology of running clusters, whoever made their mesh",
  more:
    "It reads clusters, Links, gateways, exports and certificates, and changes nothing. Comments in the file say " +
    "what it had to guess, what a topology can't say, and what it had no right to read. verify, status and " +
    "diagram take the file, or the clusters themselves.",
  options: [
    ...contextOptions,
    ["--output <file>", "file to write to, instead of standard output; one that is new"],
    ["--json", "the topology and the notes as one JSON document on standard output"],
  ],
  run: async ({ output, print, printJson, signal }, options) => {
    await requireNew(options.output);
    const { findWays } = await import("../contexts.ts");
    const { lookAt, requireAnswers } = await import("../found-mesh.ts");
    const found = await lookAt(await findWays(options), signal);
    requireAnswers(found.observed);
    const { discovery } = found;
    const { topologyFile } = await import("../report/topology-file.ts");
    const { renderFound, renderNotes } = await import("../report/render-found.ts");
    if (options.json === true) {
      printJson({ version: 1, topology: discovery.topology, notes: discovery.notes }, 2);
    } else if (options.output === undefined) {
      process.stdout.write(topologyFile(discovery));
    }
    if (options.output !== undefined) {
      const directory = path.dirname(path.resolve(options.output));
      await writeFile(options.output, topologyFile(discovery, directory));
      const style = styleOf(screenOf(process.stdout));
      const notes = discovery.notes.filter(({ kind }) => kind !== "limit");
      if (options.json !== true) {
        print(
          [
            renderFound(found, style),
            ...(notes.length === 0
              ? []
              : ["", renderNotes([...new Set(notes.map(({ text }) => text))], style)]),
            "",
            `written to ${options.output}; comments in it say more`,
          ].join("\n"),
        );
      }
    } else {
      const unread = found.observed.flatMap(({ context, unread: list }) =>
        list.map(({ what, why }) => `${context}: ${what} could not be read: ${why}`),
      );
      for (const line of new Set(unread)) output.write(`! ${line}\n`);
    }
    return exitCodes.success;
  },
  examples: [
    ["linkerd-topology discover --context west --context east", "from kubectl's contexts"],
    [
      "linkerd-topology discover --kubeconfig west.yaml --kubeconfig east.yaml --output mesh.yaml",
      "the current context of each file",
    ],
    ["linkerd-topology verify mesh.yaml", "checks the mesh that the file describes"],
  ],
  exits: [exitCodes.failed],
  variables: ["KUBECONFIG"],
});

async function requireNew(file: string | undefined): Promise<void> {
  await requireWritable({ "--output": file });
  if (file === undefined || !existsSync(file)) return;
  throw badInput(
    `${file} exists, and somebody may have written in it: name another file, or remove it`,
  );
}
