import { accessToken, gatewayName } from "../../planning/names.ts";
import type { ClusterPlan, LinkPlan, NodePlan, Plan } from "../../planning/plan-types.ts";
import { findNearest } from "../../planning/topology/suggest.ts";
import { badInput } from "../command-error.ts";

/** The form of each subject, and what it takes away. The help and docs/drills.md are made from it. */
export const subjectForms = {
  pods: { form: "pods:CLUSTER/NAMESPACE/SERVICE", what: "the pods of a Service (scaled to none)" },
  gateway: { form: "gateway:CLUSTER", what: "the gateway of a cluster (scaled to none)" },
  "gateway-pod": {
    form: "gateway-pod:CLUSTER",
    what: "the pods of the gateway (deleted; its Deployment makes others)",
  },
  "service-mirror": {
    form: "service-mirror:SOURCE/TARGET",
    what: "the service mirror of a Link (scaled to none)",
  },
  link: { form: "link:SOURCE/TARGET", what: "a Link (deleted)" },
  credential: {
    form: "credential:SOURCE/TARGET",
    what: "the token of a Link's account in its target (its Secret is deleted)",
  },
  issuer: {
    form: "issuer:CLUSTER",
    what: "what issues a cluster's certificates, linkerd-identity (scaled to none)",
  },
  "node-restart": {
    form: "node-restart:CLUSTER[/NODE]",
    what: "a node, for as long as it takes to start again",
  },
  "node-stop": { form: "node-stop:CLUSTER[/NODE]", what: "a node (its container is stopped)" },
  "node-freeze": { form: "node-freeze:CLUSTER[/NODE]", what: "a node (its container is paused)" },
  "api-server": { form: "api-server:CLUSTER", what: "the API server of a cluster" },
  "cluster-stop": { form: "cluster-stop:CLUSTER", what: "all nodes of a cluster (stopped)" },
  "cluster-freeze": { form: "cluster-freeze:CLUSTER", what: "all nodes of a cluster (paused)" },
} as const;

/** What a drill takes away. */
export type Subject = { readonly text: string } & (
  | {
      readonly kind: "pods";
      readonly cluster: string;
      readonly namespace: string;
      readonly service: string;
    }
  | { readonly kind: "gateway" | "gateway-pod" | "issuer"; readonly cluster: string }
  | { readonly kind: "service-mirror" | "link"; readonly cluster: string; readonly target: string }
  | {
      readonly kind: "nodes";
      readonly cluster: string;
      readonly nodes: readonly string[];
      readonly how: "stop" | "pause" | "restart";
    }
  | {
      readonly kind: "credential";
      /** The target, which has the account. */
      readonly cluster: string;
      /** Name of the token's Secret. */
      readonly secret: string;
    }
  | { readonly kind: "api-server"; readonly cluster: string; readonly nodes: readonly string[] }
);

/**
 * Parses the values of `--take`.
 *
 * @throws CommandError, exit code 2, with every subject that can't be taken, and why
 */
export function parseSubjects(
  texts: readonly string[],
  plan: Pick<Plan, "clusters" | "links">,
): readonly Subject[] {
  const problems: string[] = [];
  const subjects = texts.flatMap((text): Subject[] => {
    const subject = parseSubject(text, plan);
    if (typeof subject !== "string") return [subject];
    problems.push(`--take ${text}: ${subject}`);
    return [];
  });
  for (const text of new Set(texts.filter((one, index) => texts.indexOf(one) !== index))) {
    problems.push(`--take ${text}: it is named twice`);
  }
  const nodes = subjects.flatMap((one) => ("nodes" in one ? one.nodes : []));
  for (const node of new Set(nodes.filter((one, index) => nodes.indexOf(one) !== index))) {
    if (problems.length === 0) problems.push(`node ${node}: two of the subjects need it; name one`);
  }
  if (problems.length > 0) {
    throw badInput(problems.join("\n"));
  }
  return subjects;
}

/** @returns what is wrong with it, as text */
function parseSubject(text: string, plan: Pick<Plan, "clusters" | "links">): Subject | string {
  const [, kind = "", rest = ""] = /^([a-z-]+):(.*)$/.exec(text) ?? [];
  if (!isKind(kind)) return unknownKind(kind === "" ? text : kind);
  const parts = rest.split("/");
  const wanted = `write it as ${subjectForms[kind].form}`;
  const [first = "", second = "", third = ""] = parts;
  if (parts.includes("") || parts.length > 3) return wanted;
  const cluster = plan.clusters.find(({ name }) => name === first);
  if (cluster === undefined) return unknownCluster(first, plan);
  switch (kind) {
    case "pods":
      if (parts.length !== 3) return wanted;
      return { text, kind, cluster: first, namespace: second, service: third };
    case "gateway":
    case "gateway-pod":
      if (parts.length !== 1) return wanted;
      if (cluster.gateway === undefined) {
        return `${first} has no gateway: no Link to it carries exports through one`;
      }
      if (cluster.gateway.own !== undefined) {
        const pods = `pods:${first}/${cluster.gateway.own.namespace}/${gatewayName}`;
        return `the gateway of ${first} is an ingress of your own; to take it away with all that it does, write ${pods}`;
      }
      return { text, kind, cluster: first };
    case "issuer":
      return parts.length === 1 ? { text, kind, cluster: first } : wanted;
    case "service-mirror":
    case "credential":
    case "link": {
      if (parts.length !== 2) return wanted;
      if (!plan.clusters.some(({ name }) => name === second)) return unknownCluster(second, plan);
      const link = plan.links.find(({ source, target }) => source === first && target === second);
      if (link === undefined) {
        return `there is no Link from ${first} to ${second}; there are ${listLinks(plan.links)}`;
      }
      if (kind !== "credential") return { text, kind, cluster: first, target: second };
      if (link.access.revoked) return `the account of ${first} in ${second} is revoked`;
      const secret = accessToken(link.accessAccount, link.access.tokenGeneration);
      return { text, kind, cluster: second, secret };
    }
    case "node-restart":
    case "node-stop":
    case "node-freeze": {
      if (parts.length > 2) return wanted;
      const how = nodeCommands[kind];
      const node = nodeOf(cluster, parts[1]);
      return typeof node === "string"
        ? node
        : { text, kind: "nodes", cluster: first, nodes: [node.name], how };
    }
    case "api-server":
    case "cluster-stop":
    case "cluster-freeze": {
      if (parts.length !== 1) return wanted;
      if (cluster.type !== "kind") return notOurs(first);
      if (kind === "api-server") {
        const nodes = cluster.nodes.filter(({ role }) => role === "control-plane");
        return { text, kind, cluster: first, nodes: nodes.map(({ name }) => name) };
      }
      const how = kind === "cluster-stop" ? "stop" : "pause";
      return { text, kind: "nodes", cluster: first, nodes: cluster.nodes.map(nameOf), how };
    }
  }
}

const nodeCommands = {
  "node-restart": "restart",
  "node-stop": "stop",
  "node-freeze": "pause",
} as const;

function nodeOf(cluster: ClusterPlan, named: string | undefined): NodePlan | string {
  if (cluster.type !== "kind") return notOurs(cluster.name);
  const { nodes, kindName } = cluster;
  const list = nodes.map(({ name }) => name.slice(kindName.length + 1)).join(", ");
  if (named === undefined) {
    const [only] = nodes;
    return nodes.length === 1 && only ? only : `which of its nodes? It has ${list}`;
  }
  const found = nodes.find(({ name }) => name === named || name === `${kindName}-${named}`);
  return found ?? `${cluster.name} has no node ${named}; it has ${list}`;
}

function notOurs(cluster: string): string {
  return (
    `${cluster} is a cluster that exists already: a drill could not bring its nodes back. Take its ` +
    "pods, its gateway, a service mirror, a Link or its issuer"
  );
}

function unknownCluster(name: string, { clusters }: Pick<Plan, "clusters">): string {
  const names = clusters.map((cluster) => cluster.name);
  return `there is no cluster ${name}${meant(name, names)}; there are ${names.join(", ")}`;
}

function unknownKind(text: string): string {
  const kinds = Object.keys(subjectForms);
  const forms = Object.values(subjectForms).map(({ form }) => `  ${form}`);
  return `no such subject${meant(text, kinds)}. Write one of\n${forms.join("\n")}`;
}

function meant(text: string, names: readonly string[]): string {
  const guess = findNearest(text, names);
  return guess === undefined ? "" : ` (did you mean ${guess}?)`;
}

function listLinks(links: readonly LinkPlan[]): string {
  return links.map(({ source, target }) => `${source}/${target}`).join(", ") || "none";
}

function isKind(text: string): text is keyof typeof subjectForms {
  return Object.hasOwn(subjectForms, text);
}

function nameOf({ name }: NodePlan): string {
  return name;
}
