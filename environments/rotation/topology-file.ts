import type { Topology } from "../../planning/topology.ts";
import { badInput } from "../command-error.ts";
import { editTopologyFile, requireEditable } from "../edit-topology.ts";
import type { StackFile } from "../stacks.ts";
import { stackFromSource, type TopologySource } from "../topology-source.ts";

/** A topology that a rotation or an upgrade edits step by step. */
export interface TopologyFile {
  /** Its present content. */
  readonly stack: () => Promise<StackFile>;
  /** @throws CommandError if {@link edit} could not write the file */
  readonly requireEditable: () => Promise<void>;
  /** Changes the file, and nothing in it but what the change concerns. */
  readonly edit: (change: (topology: Topology) => Topology) => Promise<void>;
  /** For messages. */
  readonly file: string;
}

/**
 * The file of a topology.
 *
 * @param byHand what a person does if no file can be edited
 * @throws CommandError with that text if no file of the person's own contains the topology
 */
export function topologyFile(
  source: TopologySource,
  name: string | undefined,
  byHand: string,
): TopologyFile {
  const notEditable = (why: string) => badInput(`${why}, ${byHand}`);
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
