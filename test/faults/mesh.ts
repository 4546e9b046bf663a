// Faults in a running mesh: two clusters, a mixed Link each way. What verify says, when it is noticed, how it
// heals, and what clients saw. Prints a table in Markdown.
//
// IMAGES=dir npm run test:faults -- --only mesh
// IMAGES=dir node test/faults/mesh.ts gateway,credential table.md      # some of them
import { writeFile } from "node:fs/promises";
import { runningStack } from "../../environments/mesh-of-stack.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { connect } from "../../kubernetes/connect.ts";
import { renderVerification, verify } from "../../verification/index.ts";
import { eventually, TestEnvironment } from "../e2e/environment.ts";
import { Probe, startProbe } from "../e2e/probe.ts";
import { kubeconfigIn } from "../e2e/kubeconfigs.ts";
import { createNamespace, createWeb, namespace } from "../e2e/workload.ts";
import { meshFaults, type MeshFault } from "./mesh-faults.ts";
import { renderFaults, type Healing, type Observed } from "./mesh-table.ts";
import { MeshWatch } from "./mesh-watch.ts";
import { TrafficLog } from "./traffic-log.ts";

const topology = {
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links: [{ between: ["west", "east"] }],
};

/** A Service of the target by each kind of export, under the name that clients in the source use. */
const exported = [
  { kind: "gateway", service: "web", label: "true" },
  { kind: "flat", service: "web-flat", label: "remote-discovery" },
] as const;

const [names = "", file] = process.argv.slice(2);
const chosen = meshFaults.filter(({ name }) => names === "" || names.split(",").includes(name));
const environment = await TestEnvironment.create("faults", topology);
const say = (text: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
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
    say(`━━ ${fault.title}`);
    observed.push(await observe(fault, dataPlane));
    const text = renderFaults(observed, dataPlane);
    if (file !== undefined) await writeFile(file, text);
    process.stdout.write(`${text}\n`);
  }
} finally {
  await environment.dispose();
}

async function bringUp(): Promise<boolean> {
  const result = await environment.up();
  const dataPlane = result.outputs["dataPlane"] === "real";
  const [west, east] = await Promise.all([environment.api("west"), environment.api("east")]);
  if (dataPlane) {
    await createNamespace(west);
    await startProbe(west, { name: "client", cluster: "west", meshed: true });
    await addServices(east);
  }
  await requireProved();
  return dataPlane;
}

/** What is wrong before anything happens would be taken for what came of it. */
async function requireProved(): Promise<void> {
  const verification = await verify((await runningStack(environment)).mesh);
  say(`${String(verification.results.length)} checks in ${String(verification.milliseconds)} ms`);
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
    const services = `/api/v1/namespaces/${namespace}/services`;
    if (service === "web") await east.patch(`${services}/web`, { metadata });
    else await east.post(services, { metadata, spec });
  }
}

async function observe(fault: MeshFault, dataPlane: boolean): Promise<Observed> {
  const { mesh } = await runningStack(environment);
  const link = mesh.plan.links.find(({ source }) => source === "west");
  if (link === undefined) throw new Error("the plan has no Link of west's");
  const client = dataPlane ? new Probe(await freshApi("west"), "client", "west", "") : undefined;
  const logs = client === undefined ? [] : exported.map((one) => logOf(client, one.service));
  if (client !== undefined) await allAnswer(client);
  const watch = new MeshWatch(mesh, {
    traffic: dataPlane && fault.needsTraffic === true,
    tell: say,
  });
  const started = performance.now();
  let over = started;
  // The API's connections to a target that was restarted are of no use any more.
  const api = await freshApi("east");
  const node = `${environment.stack.name}-east-control-plane`;
  const strike = fault.strike({ api, node, link }).then(() => {
    over = performance.now();
  });
  // It is awaited further down; until then a failure is nobody's.
  strike.catch(() => undefined);
  const noticed = await watch.until(true, started, 90_000);
  await strike;
  say(`noticed after ${String(Math.round(((noticed?.at ?? NaN) - started) / 1000))} s`);
  const healing = await heal(fault, watch, over);
  await watch.end();
  if (fault.takesWorkloads === true && dataPlane) await addServices(await freshApi("east"));
  if (client !== undefined) await allAnswer(client).catch((error: unknown) => say(String(error)));
  const traffic = await Promise.all(logs.map((log) => log.end(started)));
  return {
    fault,
    noticed: noticed && noticed.at - started,
    lasted: over - started,
    said: saidBy(watch, started),
    healing,
    traffic: exported.flatMap(({ kind }, index) => {
      const summary = traffic[index];
      return summary === undefined ? [] : [{ kind, summary }];
    }),
  };
}

/** By itself, or else by an `up`. */
async function heal(fault: MeshFault, watch: MeshWatch, over: number): Promise<Healing> {
  // Two looks in a row: what was seen before the fault had its effect doesn't count.
  const healed = await stablyHealed(watch, over, fault.patience);
  if (healed !== undefined) return { by: "itself", after: healed - over };
  const begun = performance.now();
  const refresh = fault.needsRefresh === true;
  say(refresh ? "up --refresh" : "up");
  const result = await environment.up({ refresh }).catch((error: unknown) => {
    say(`up failed: ${String(error)}`);
    return undefined;
  });
  const took = performance.now() - begun;
  const after = await stablyHealed(watch, begun, 120_000);
  const changes = Object.entries(result?.changes ?? {}).filter(([kind]) => kind !== "same");
  return {
    by: refresh ? "up --refresh" : "up",
    after: after === undefined ? undefined : after - begun,
    took,
    changed: changes.reduce((sum, [, count]) => sum + count, 0),
    proved: result?.proof.proved ?? false,
  };
}

async function stablyHealed(
  watch: MeshWatch,
  since: number,
  limit: number,
): Promise<number | undefined> {
  const deadline = performance.now() + limit;
  let from = since;
  for (;;) {
    const good = await watch.until(false, from, deadline - performance.now());
    if (good === undefined) return undefined;
    const bad = await watch.until(true, good.at, 10_000);
    if (bad === undefined) return good.at;
    from = bad.at;
  }
}

/** Each check that failed: from when to when, with the first thing and the last that it said. */
function saidBy(watch: MeshWatch, started: number): string[] {
  const said = new Map<string, { from: number; to: number; first: string; last: string }>();
  for (const { at, failed } of watch.looks) {
    if (at < started) continue;
    const to = Math.round((at - started) / 1000);
    for (const result of failed) {
      if (result.state !== "failed") continue;
      const key = `${result.title} (${result.subject})`;
      const { from, first } = said.get(key) ?? { from: to, first: result.problem };
      said.set(key, { from, to, first, last: result.problem });
    }
  }
  return [...said].map(([key, { from, to, first, last }]) => {
    const later = last === first ? "" : `; last: ${last}`;
    return `${key}, ${String(from)} to ${String(to)} s: ${first}${later}`;
  });
}

async function freshApi(cluster: string): Promise<KubernetesApi> {
  return connect({ kubeconfigPath: await kubeconfigIn(environment.directory, cluster) });
}

function logOf(probe: Probe, service: string): TrafficLog {
  return new TrafficLog(probe, urlOf(service));
}

function urlOf(service: string): string {
  return `http://${service}-east.${namespace}.svc.cluster.local`;
}

async function allAnswer(probe: Probe): Promise<void> {
  for (const { service } of exported) {
    await eventually(`an answer of ${service}`, timeLimits.firstRequest, async () => {
      const { status } = await probe.ask(urlOf(service));
      return status === 200 ? true : undefined;
    });
  }
}
