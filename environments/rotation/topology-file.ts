import type { Topology } from "../../planning/topology.ts";
import { CommandError } from "../command-error.ts";
import { editTopologyFile, requireEditable } from "../edit-topology.ts";
import { exitCodes } from "../exit-codes.ts";
import type { StackFile } from "../stacks.ts";
import { stackFromSource, type TopologySource } from "../topology-source.ts";

/** A topology that a rotation or an upgrade edits step by step. */
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
 * @param byHand what a person does where no file can be edited
 * @throws CommandError that says so, where no file of the person's own holds it
 */
export function topologyFile(
  source: TopologySource,
  name: string | undefined,
  byHand: string,
): TopologyFile {
  const notEditable = (why: string) =>
    new CommandError(`${why}, ${byHand}`, { exitCode: exitCodes.badInput });
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
