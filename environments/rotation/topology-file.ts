import type { Topology } from "../../planning/topology.ts";
import { CommandError } from "../command-error.ts";
import { editTopologyFile, requireEditable } from "../edit-topology.ts";
import { exitCodes } from "../exit-codes.ts";
import type { StackFile } from "../stacks.ts";
import { stackFromSource, type TopologySource } from "../topology-source.ts";

/** A topology that a rotation edits step by step. */
export interface TopologyFile {
  /** As it stands now. */
  readonly stack: () => Promise<StackFile>;
  /** @throws CommandError where {@link edit} could not write the file */
  readonly requireEditable: () => Promise<void>;
  /** Changes the file, and nothing in it but what the change is about. */
  readonly edit: (change: (topology: Topology) => Topology) => Promise<void>;
  /** For messages. */
  readonly file: string;
}

/**
 * The file that holds a topology.
 *
 * @throws CommandError that tells the edits of a rotation, where no file of the person's own holds it
 */
export function topologyFile(source: TopologySource, name: string | undefined): TopologyFile {
  if ("topology" in source) throw notEditable("the topology is in a program");
  const file = "stack" in source ? source.stack.file : source.file;
  if ("stack" in source && source.stack.topology !== undefined) {
    throw notEditable("the topology is in a program");
  }
  if (/[/\\]node_modules[/\\]/.test(file)) {
    throw notEditable(`${file} is part of the package, and its next version overwrites it`);
  }
  return {
    file,
    stack: () => stackFromSource(source, name),
    requireEditable: () => requireEditable(file),
    edit: (change) => editTopologyFile(file, (topology) => change(topology as Topology)),
  };
}

function notEditable(why: string): CommandError {
  return new CommandError(
    `${why}, where \`rotate\` can't edit it. With N for the newest generation of the trust anchor and N+1 ` +
      "for the next:\n" +
      "  1. list both in trust.anchors, and run `up`\n" +
      "  2. write trust.signer: N+1, and run `up`\n" +
      "  3. leave out generation N and trust.signer, and run `up`\n" +
      "Each `up` refuses what comes too early; `status` shows what is still missing",
    { exitCode: exitCodes.badInput },
  );
}
