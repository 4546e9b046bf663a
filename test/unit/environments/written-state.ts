import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Backend } from "../../../environments/backend.ts";
import type { StateResource } from "../../../environments/state.ts";
import type { MadeFrom } from "../../../planning/sources/made-from.ts";

/** Writes the state of a stack into the files of the local backend. @param text in place of the state */
export async function writeState(
  backend: Backend,
  stack: string,
  madeFrom: MadeFrom | undefined,
  text?: string,
  further: readonly StateResource[] = [],
): Promise<void> {
  const directory = path.join(backend.directory ?? "", ".pulumi", "stacks", "linkerd-topology");
  await mkdir(directory, { recursive: true });
  const type = "linkerd-topology:index:Topology";
  const topology = {
    urn: `urn:pulumi:${stack}::linkerd-topology::${type}::${stack}`,
    custom: false,
    type,
    outputs: madeFrom === undefined ? {} : { madeFrom },
  };
  const state = { version: 3, checkpoint: { latest: { resources: [topology, ...further] } } };
  await writeFile(path.join(directory, `${stack}.json`), text ?? JSON.stringify(state));
}
