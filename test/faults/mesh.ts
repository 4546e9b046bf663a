// Faults in a running mesh: two clusters, a mixed Link each way. A drill takes things away from east while
// clients in west ask two of its Services. Prints the table of docs/faults.md in Markdown.
//
// IMAGES=dir npm run test:faults -- --only mesh
// IMAGES=dir node test/faults/mesh.ts gateway,credential table.md      # some of them
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { docker } from "../../environments/docker.ts";
import { drill, DrillRun } from "../../environments/drills/drill.ts";
import type { DrillResult } from "../../environments/drills/drill.ts";
import { askOwn } from "../../environments/drills/questions.ts";
import { runningStack } from "../../environments/mesh-of-stack.ts";
import { probeImageOf } from "../../environments/probe-image.ts";
import { runPhases } from "../../environments/report/phases.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { corePath } from "../../linkerd/names.ts";
import { renderVerification, verify } from "../../verification/index.ts";
import { Connections } from "../../verification/connections.ts";
import { createSteady } from "../e2e/constant-traffic.ts";
import { TestEnvironment } from "../e2e/environment.ts";
import { client } from "../e2e/traffic-ways.ts";
import { createNamespace, createWeb, namespace, readyPods } from "../e2e/workload.ts";
import { meshFaults, type MeshFault } from "./mesh-faults.ts";
import { renderFaults, type Observed } from "./mesh-table.ts";

const topology = {
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links: [{ between: ["west", "east"] }],
};

/** A Service of the target by each kind of export, in the order of the table. */
const exported = [
  { service: "web", label: "true" },
  { service: "web-flat", label: "remote-discovery" },
] as const;

/** What west's clients ask all the time. */
const ask = {
  urls: exported.map(({ service }) => `http://${service}-east.${namespace}`),
  from: `west/${namespace}/deploy/${client}`,
};
/** Requests a second. */
const rate = 4;
const before = 10_000;

const [names = "", file] = process.argv.slice(2);
const chosen = meshFaults.filter(({ name }) => names === "" || names.split(",").includes(name));
const environment = await TestEnvironment.create("faults", topology);
const output = {
  terminal: false,
  write: (text: string): void => {
    process.stderr.write(text);
  },
};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void environment.dispose().finally(() => process.exit(1));
  });
}

try {
  const dataPlane = await bringUp();
  const observed: Observed[] = [];
  for (const fault of chosen) {
    output.write(`━━ ${fault.title}\n`);
    observed.push({ fault, result: await observe(fault, dataPlane) });
    const text = renderFaults(observed);
    if (file !== undefined) await writeFile(file, text);
    process.stdout.write(`${text}\n`);
  }
} finally {
  await environment.dispose();
}

async function bringUp(): Promise<boolean> {
  const result = await environment.up();
  const [west, east] = await Promise.all([environment.api("west"), environment.api("east")]);
  await createNamespace(west);
  await createSteady(west, client, "west");
  await addServices(east);
  await requireProved();
  return result.outputs["dataPlane"] === "real";
}

/** What is wrong before anything happens would be taken for what came of it. */
async function requireProved(): Promise<void> {
  const verification = await verify((await runningStack(environment)).mesh);
  if (!verification.proved) throw new Error(renderVerification(verification));
}

async function addServices(east: KubernetesApi): Promise<void> {
  await createNamespace(east);
  await createWeb(east, "east");
  for (const { service, label } of exported) {
    const metadata = { name: service, labels: { "mirror.linkerd.io/exported": label } };
    const spec = {
      selector: { app: "web" },
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
    };
    if (service === "web") await east.patch(corePath(namespace, "services", "web"), { metadata });
    else await east.post(corePath(namespace, "services"), { metadata, spec });
  }
  await readyPods(east, "web", 1);
}

async function observe({ take, hold }: MeshFault, dataPlane: boolean): Promise<DrillResult> {
  if (take === undefined) return deleteCluster(hold, dataPlane);
  return drill({
    ...environment.request(),
    output,
    take: [take],
    ...(dataPlane && { ask }),
    rate,
    before,
    hold,
  });
}

/** `up` has to create it again, which it does not while a drill is at work. */
async function deleteCluster(hold: number, dataPlane: boolean): Promise<DrillResult> {
  const { mesh, outputs } = await runningStack(environment);
  const connections = new Connections();
  const apiOf = (cluster: string): Promise<KubernetesApi> => connections.openIn(mesh, cluster);
  const signal = undefined;
  const image = await probeImageOf(outputs, { ...process.env, ...environment.env });
  const asking = dataPlane
    ? await askOwn(ask, { mesh, apiOf, image, rate, taken: [], signal })
    : undefined;
  const run = new DrillRun(mesh, connections, asking);
  const take = ["the cluster east"];
  try {
    await runPhases(
      [
        { title: "asking before", run: (tell) => run.before(before, tell, signal) },
        {
          title: "without the cluster",
          run: async () => {
            run.moments.taken = Date.now();
            const node = `${environment.stack.name}-east-control-plane`;
            await docker(["rm", "--force", "--volumes", node]);
            await sleep(hold);
            return run.words("during");
          },
        },
        {
          title: "creating it again",
          run: async () => {
            run.moments.putBack = Date.now();
            await environment.up();
            // Its API server has another port.
            await addServices(await environment.reconnect("east"));
            await run.follow((await runningStack(environment)).mesh);
            return "there, with its workloads";
          },
        },
        { title: "until all is as before", run: (tell) => run.after(tell, signal) },
      ],
      output,
    );
  } finally {
    await run.end();
    for (const { cluster, path } of (asking?.made ?? []).filter((one) => one.kind === "made")) {
      await (await apiOf(cluster)).delete(path);
    }
  }
  return run.result(environment.stack.name, { take }, [], undefined);
}
