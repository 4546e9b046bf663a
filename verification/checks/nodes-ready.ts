import { type Check, type ClusterSubject, failed, kubectl, passed } from "./check.ts";

/** The planned nodes exist, and all nodes are Ready. */
export const nodesReady: Check<ClusterSubject> = {
  id: "nodes-ready",
  title: "nodes Ready",
  applies: ({ status }) => status.reachable,
  run: ({ plan, status }) => {
    const names = status.nodes.map(({ name }) => name);
    const planned = plan.type === "kind" ? plan.nodes.map(({ name }) => name) : [];
    const missing = planned.filter((name) => !names.includes(name));
    const unready = status.nodes.filter(({ ready }) => !ready).map(({ name }) => name);
    const problems = [
      ...missing.map((name) => `node ${name} is missing`),
      ...unready.map((name) => `node ${name} is not Ready`),
      ...(names.length === 0 && planned.length === 0 ? ["there are no nodes"] : []),
    ];
    return problems.length === 0
      ? passed(`${names.length}`)
      : failed(problems.join("; "), `Look with: ${kubectl(status, "describe nodes")}`);
  },
};
