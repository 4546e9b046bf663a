import type { ChangeView, LinkView, PageModel, ServiceView } from "./model.ts";

/** What changed from one look to the next, as the timeline tells it. Nothing changed before the first look. */
export function changesBetween(
  before: PageModel | undefined,
  after: PageModel,
): readonly ChangeView[] {
  if (before === undefined) return [];
  const at = after.observedAt;
  const told = [
    ...clusterChanges(before, after),
    ...linkChanges(before, after),
    ...serviceChanges(before, after),
    ...trustChanges(before, after),
    ...checkChanges(before, after),
  ];
  return told.map((change) => ({ at, ...change }));
}

type Told = Omit<ChangeView, "at">;

const releaseParts = [
  ["controlPlane", "control plane"],
  ["proxies", "its proxies"],
  ["extension", "extension"],
  ["gateways", "gateway"],
] as const;

function* clusterChanges(before: PageModel, after: PageModel): Generator<Told> {
  for (const now of after.clusters) {
    const then = before.clusters.find(({ name }) => name === now.name);
    if (then === undefined) continue;
    const { name: subject } = now;
    if (then.reachable !== now.reachable) {
      yield now.reachable
        ? { kind: "better", subject, text: "answers again" }
        : { kind: "worse", subject, text: "doesn't answer" };
      // What it said before, and what it doesn't say now, are no changes.
      continue;
    }
    yield* wordChange(subject, "Kubernetes", then.kubernetes, now.kubernetes);
    for (const [part, what] of releaseParts) {
      const [old, present] = [then.releases?.[part], now.releases?.[part]];
      yield* wordChange(subject, what, old?.join(", "), present?.join(", "));
    }
    if (then.figures?.from !== now.figures?.from && then.figures !== undefined) {
      const { from, instead } = now.figures ?? {};
      if (from === "prometheus")
        yield { kind: "better", subject, text: "Prometheus answers again" };
      else if (instead !== undefined) yield { kind: "worse", subject, text: instead };
    }
    for (const { namespace, name, ready, trouble } of now.workloads) {
      const old = then.workloads.find((one) => one.namespace === namespace && one.name === name);
      if (old === undefined || old.ready === ready) continue;
      const text = `${namespace}/${name} ${ready ? "is available" : `is not available: ${trouble ?? ""}`}`;
      yield { kind: ready ? "better" : "worse", subject, text };
    }
  }
}

function* linkChanges(before: PageModel, after: PageModel): Generator<Told> {
  for (const now of after.links) {
    const then = before.links.find(({ id }) => id === now.id);
    if (then === undefined || then.state === now.state) continue;
    yield { kind: kindOf(now), subject: now.id, text: `${then.state} → ${now.state}` };
  }
}

function kindOf({ state }: LinkView): ChangeView["kind"] {
  if (state === "alive") return "better";
  return state === "not alive" ? "worse" : "other";
}

function* serviceChanges(before: PageModel, after: PageModel): Generator<Told> {
  const ids = new Set([...before.services, ...after.services].map(({ id }) => id));
  const find = ({ services }: PageModel, wanted: string): ServiceView | undefined =>
    services.find(({ id }) => id === wanted);
  // A cluster that was silent in one of the two looks says nothing of its Services.
  const both = new Set(
    after.clusters
      .filter(({ reachable }) => reachable)
      .filter(({ name }) => before.clusters.some((one) => one.name === name && one.reachable))
      .map(({ name }) => name),
  );
  for (const id of ids) {
    const then = find(before, id);
    const now = find(after, id);
    yield* setChange(id, exportsIn(then, both), exportsIn(now, both));
    yield* setChange(id, mirrorsIn(then, both), mirrorsIn(now, both));
    yield* setChange(id, membersIn(then, both), membersIn(now, both));
    yield* endpointChanges(id, then, now, both);
  }
}

function exportsIn(service: ServiceView | undefined, clusters: ReadonlySet<string>): string[] {
  return (service?.exports ?? [])
    .filter(({ cluster }) => clusters.has(cluster))
    .flatMap(({ cluster, as }) => as.map((one) => `export of ${cluster} (${one})`));
}

function mirrorsIn(service: ServiceView | undefined, clusters: ReadonlySet<string>): string[] {
  return (service?.mirrors ?? [])
    .filter(({ cluster, name }) => clusters.has(cluster) && name !== undefined)
    .map(({ cluster, name = "" }) => `mirror ${name} in ${cluster}`);
}

function membersIn(service: ServiceView | undefined, clusters: ReadonlySet<string>): string[] {
  return (service?.federated ?? [])
    .filter(({ cluster }) => clusters.has(cluster))
    .flatMap(({ cluster, name, members }) =>
      members.map((member) => `member ${member} of ${name} in ${cluster}`),
    );
}

function* endpointChanges(
  subject: string,
  then: ServiceView | undefined,
  now: ServiceView | undefined,
  clusters: ReadonlySet<string>,
): Generator<Told> {
  for (const { cluster, name, endpoints } of now?.mirrors ?? []) {
    const old = then?.mirrors.find((one) => one.cluster === cluster && one.name === name);
    if (old === undefined || name === undefined || !clusters.has(cluster)) continue;
    if (old.endpoints.join() === endpoints.join()) continue;
    const kind = endpoints.length === 0 ? "worse" : "other";
    const text = `endpoints of ${name} in ${cluster}: ${endpoints.join(", ") || "none"}`;
    yield { kind, subject, text };
  }
}

function* trustChanges(before: PageModel, after: PageModel): Generator<Told> {
  for (const { name: subject, issuer, reachable } of after.clusters) {
    const then = before.clusters.find(({ name }) => name === subject);
    if (!reachable || then?.reachable !== true) continue;
    if (issuer?.fingerprint !== then.issuer?.fingerprint) {
      const until =
        issuer === undefined ? "is gone" : `is another one, until ${issuer.ends.slice(0, 10)}`;
      yield { kind: "other", subject, text: `the issuer ${until}` };
    }
    const anchors = (model: PageModel): string[] =>
      model.anchors
        .filter(({ clusters }) => clusters.includes(subject))
        .map(({ fingerprint }) => `trust anchor ${fingerprint.slice(0, 11)}…`);
    yield* setChange(subject, anchors(before), anchors(after));
  }
}

function* checkChanges(before: PageModel, after: PageModel): Generator<Told> {
  const keyOf = ({
    check,
    subject,
  }: {
    readonly check: string;
    readonly subject: string;
  }): string => `${check} ${subject}`;
  const old = new Map(before.checks.map((one) => [keyOf(one), one]));
  for (const now of after.checks) {
    const then = old.get(keyOf(now));
    const { subject, title, state, text } = now;
    if (state === "failed" && then?.state !== "failed") {
      yield { kind: "worse", subject, text: `failed: ${title}: ${text}` };
    } else if (state === "passed" && then?.state === "failed") {
      yield { kind: "better", subject, text: `passes again: ${title}` };
    }
  }
}

function* wordChange(
  subject: string,
  what: string,
  then: string | undefined,
  now: string | undefined,
): Generator<Told> {
  if (then === undefined || now === undefined || then === now) return;
  yield { kind: "other", subject, text: `${what}: ${then || "none"} → ${now || "none"}` };
}

function* setChange(
  subject: string,
  then: readonly string[],
  now: readonly string[],
): Generator<Told> {
  for (const one of now) {
    if (!then.includes(one)) yield { kind: "other", subject, text: `new: ${one}` };
  }
  for (const one of then) {
    if (!now.includes(one)) yield { kind: "other", subject, text: `gone: ${one}` };
  }
}
