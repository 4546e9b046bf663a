// A part of the crash matrix in a process of its own: several run at a time, and none is troubled by what a
// killed engine leaves in another. Takes a MatrixPart as JSON, and prints each result as a line of JSON.
import { findStack, readTopology } from "../../../environments/stacks.ts";
import type { Topology } from "../../../planning/topology.ts";
import { outsideStacks } from "../topologies.ts";
import { runMatrix } from "./matrix.ts";
import type { MatrixPart } from "./matrix-part.ts";

const part = JSON.parse(process.argv[2] ?? "") as MatrixPart;
const outside = outsideStacks[part.stack];
const readyMade: Topology =
  outside === undefined
    ? ((await readTopology(await findStack(part.stack))) as Topology)
    : { clusters: [] };
const done = new Set(part.done);
const sorts = new Set<string>();
let index = 0;

await runMatrix({
  ...part,
  topology: (engine) => outside?.((name) => engine.outside(name)) ?? readyMade,
  wanted: (name, sort) => {
    const mine = index++ % part.of === part.shard;
    const first = !sorts.has(sort);
    sorts.add(sort);
    return mine && !done.has(name) && name.includes(part.case) && (first || !part.each);
  },
  onResult: (result) => {
    process.stdout.write(`${JSON.stringify(result)}\n`);
  },
});
