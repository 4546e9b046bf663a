/** A mistake in the product that a test has to notice. */
export interface Mutation {
  /** What would go wrong, in a few words. */
  readonly title: string;
  readonly file: string;
  /** Occurs once in the file, exactly so. */
  readonly find: string;
  readonly replace: string;
  /** Test files that are run; one of them has to fail. */
  readonly tests: readonly string[];
}

const check = (name: string): string => `verification/checks/${name}.ts`;
const verification = (...names: readonly string[]): string[] =>
  names.map((name) => `test/unit/verification/${name}.test.ts`);
const ofCheck = verification("verification", "mesh", "unseen");

export const mutations: readonly Mutation[] = [
  {
    title: "mirrors-complete: a Service that the mirror refused counts as mirrored",
    file: check("mirrors-complete"),
    find: "[...missing, ...refused]",
    replace: "[...missing]",
    tests: [...ofCheck, ...verification("exports")],
  },
  {
    title: "mirrors-complete: passes whatever is missing",
    file: check("mirrors-complete"),
    find: "if (failures.length > 0) {",
    replace: "if (failures.length < 0) {",
    tests: ofCheck,
  },
  {
    title: "mirrors-complete: no notice where a namespace is missing",
    file: check("mirrors-complete"),
    find: '`${waiting.map(nameOf).join(", ")} of ${plan.target} not mirrored, ${awaited}`,',
    replace: "undefined,",
    tests: [...ofCheck, ...verification("exports", "table")],
  },
  {
    title: "headless-names: passes whatever is stray",
    file: check("headless-names"),
    find: "if (stray.length === 0) {",
    replace: "if (stray.length >= 0) {",
    tests: verification("headless"),
  },
  {
    title: "headless-names: a name that the mirror lacks is not looked for",
    file: "verification/headless-exports.ts",
    find: "names.filter((name) => !hostnames.includes(name))",
    replace: "names.filter(() => false)",
    tests: verification("headless"),
  },
  {
    title: "headless-names: passes where the Services can't be listed",
    file: check("headless-names"),
    find: "return notRun(`the Services",
    replace: "return passed(`the Services",
    tests: verification("headless", "unseen"),
  },
  {
    title: "trust-anchor-shared: different anchors pass",
    file: check("trust-anchor-shared"),
    find: "if (sets.size > 1) {",
    replace: "if (sets.size > 99) {",
    tests: ofCheck,
  },
  {
    title: "trust-anchor-shared: a cluster without an anchor passes",
    file: check("trust-anchor-shared"),
    find: "if (without.length > 0) {",
    replace: "if (without.length < 0) {",
    tests: [...ofCheck, ...verification("trust-checks")],
  },
  {
    title: "trust-anchor-shared: passes where a cluster is silent",
    file: check("trust-anchor-shared"),
    find: "return notRun(`the others",
    replace: "return passed(`the others",
    tests: ofCheck,
  },
  {
    title: "gateway: a gateway that answers no probe passes",
    file: check("gateway-answers"),
    find: 'if (gateway.state === "alive") {',
    replace: 'if (gateway.state === "alive" || gateway.state === "not alive") {',
    tests: ofCheck,
  },
  {
    title: "gateway: one of which no probe is known passes",
    file: check("gateway-answers"),
    find: 'if (gateway.state === "alive") {',
    replace: 'if (gateway.state !== "not alive") {',
    tests: [...ofCheck, ...verification("metrics")],
  },
  {
    title: "access-rights: an account may do more than planned",
    file: check("access-rights-as-planned"),
    find: "...(beyond.length > 0 ?",
    replace: "...(beyond.length < 0 ?",
    tests: verification("access-checks", "thorough"),
  },
  {
    title: "access-rights: an account may do less than planned",
    file: check("access-rights-as-planned"),
    find: "...(missing.length > 0 ?",
    replace: "...(missing.length < 0 ?",
    tests: verification("access-checks", "thorough"),
  },
  {
    title: "access-tokens: another token opens the target too",
    file: check("access-tokens-as-planned"),
    find: "const others = found.filter((name) => !planned.includes(name));",
    replace: "const others = found.filter(() => false);",
    tests: verification("access-checks", "thorough"),
  },
  {
    title: "access-revoked: passes where it could not look",
    file: check("access-revoked"),
    find: "if (unread.length > 0) {",
    replace: "if (unread.length < 0) {",
    tests: verification("revoked", "unseen", "access-checks"),
  },
  {
    title: "pods-have-proxies: a pod of Linkerd's without one passes",
    file: check("pods-have-proxies"),
    find: "return without.length === 0",
    replace: "return without.length >= 0",
    tests: ofCheck,
  },
  {
    title: "workloads-have-proxies: a pod without the proxy that it asks for passes",
    file: check("workloads-have-proxies"),
    find: "if (without.length === 0) return",
    replace: "if (without.length >= 0) return",
    tests: verification("thorough"),
  },
  {
    title: "proxy-certificates-valid: an expired certificate passes",
    file: check("proxy-certificates-valid"),
    find: "return expires > now ? []",
    replace: "return expires > 0 ? []",
    tests: verification("thorough"),
  },
  {
    title: "link-taken-up: a Link that is not taken up passes",
    file: check("link-taken-up"),
    find: "if (serviceMirror.takenUp) return",
    replace: "if (serviceMirror.takenUp || serviceMirror.trouble !== undefined) return",
    tests: ofCheck,
  },
  {
    title: "issuer-valid: an issuer that no anchor signed passes",
    file: check("issuer-valid"),
    find: "if (!issuer.chained) {",
    replace: "if (issuer.chained === undefined) {",
    tests: [...ofCheck, ...verification("trust-checks")],
  },
  {
    title: "validity: an expired certificate is valid",
    file: check("validity"),
    find: "if (now >= new Date(certificate.expires))",
    replace: "if (now < new Date(0))",
    tests: [...ofCheck, ...verification("trust-checks")],
  },
  {
    title: "no-orphaned-mirrors: a mirror without a Link passes",
    file: check("no-orphaned-mirrors"),
    find: "!links.includes(target)",
    replace: "target.length < links.length - 99",
    tests: ofCheck,
  },
  {
    title: "subnets-as-planned: a node outside of the planned subnet passes",
    file: check("subnets-as-planned"),
    find: ".filter((cidr) => !within(cidr, subnet))",
    replace: ".filter(() => false)",
    tests: ofCheck,
  },
  {
    title: "cluster identity: another cluster behind the same context is taken for the same",
    file: "providers/mesh/cluster-identity.ts",
    find: "if (seen.uid === uid) return",
    replace: 'if (seen.uid !== "") return',
    tests: ["test/unit/mesh/cluster-identity.test.ts"],
  },
  {
    title: "cluster identity: a context that is gone is replaced by the current one",
    file: "providers/mesh/cluster-identity.ts",
    find: 'if (named === "" && noted !== "" && !names.includes(noted)) {',
    replace: 'if (named === "" && noted === "no such context") {',
    tests: ["test/unit/mesh/cluster-identity.test.ts"],
  },
  {
    title: "cluster guard: nobody looks before a deletion",
    file: "providers/mesh/cluster-identity.ts",
    find: "await clusterToCleanUp(request.outputs, context);",
    replace: "await Promise.resolve([request, context]);",
    tests: ["test/unit/mesh/cluster-identity.test.ts"],
  },
  {
    title: "definitions kept: those in use go with the release",
    file: "providers/mesh/definitions-kept.ts",
    find: "if (kept.size === 0) return;",
    replace: "if (kept.size >= 0) return;",
    tests: ["test/unit/mesh/definitions-kept.test.ts"],
  },
  {
    title: "losses: an up takes clusters away without asking",
    file: "environments/losses.ts",
    find: "if (real.length === 0) return losses;",
    replace: "if (real.length >= 0) return losses;",
    tests: ["test/unit/environments/losses.test.ts"],
  },
  {
    title: "losses: who can't be asked has agreed",
    file: "environments/losses.ts",
    find: "if (options.consent === true) {",
    replace: "if (options.consent !== false) {",
    tests: ["test/unit/environments/losses.test.ts"],
  },
  {
    title: "losses: what came in between is taken away",
    file: "environments/losses.ts",
    find: "if (more.length === 0) return;",
    replace: "if (more.length >= 0) return;",
    tests: ["test/unit/environments/losses.test.ts"],
  },
  {
    title: "data plane: one that works is given up without consent",
    file: "environments/choose-sources.ts",
    find: "if (reasons.length === 0 && request.withoutRegistry === true) {",
    replace: "if (request.withoutRegistry === true) {",
    tests: ["test/unit/environments/choose-sources.test.ts"],
  },
  {
    title: "data plane: none is consented to by default",
    file: "environments/choose-sources.ts",
    find: "allowNoDataPlane = false, notice }",
    replace: "allowNoDataPlane = true, notice }",
    tests: ["test/unit/environments/choose-sources.test.ts"],
  },
  {
    title: "stacks: one is changed by the topology of another file",
    file: "environments/settle-stack.ts",
    find: "if (await isSameOrigin(recorded, stack.origin)) return;",
    replace: 'if (recorded.file !== "") return;',
    tests: ["test/unit/environments/settle-stack.test.ts"],
  },
  {
    title: "secrets: outputs of gates are kept in plaintext",
    file: "components/mesh-resource.ts",
    find: "additionalSecretOutputs: secrets",
    replace: "additionalSecretOutputs: secrets.slice(99)",
    tests: ["test/graph/secrets.test.ts"],
  },
  {
    title: "secrets: the provider kind gives a kubeconfig out in plaintext",
    file: "providers/kind/cluster-state.ts",
    find: "kubeconfig: secret(kubeconfig),",
    replace: "kubeconfig: secret(kubeconfig).value,",
    tests: ["test/unit/kind/cluster-create.test.ts", "test/unit/kind/cluster-read.test.ts"],
  },
  {
    title: "secrets: the kubeconfig of a cluster that exists is kept in plaintext",
    file: "components/existing-cluster.ts",
    find: "this.kubeconfig = pulumi.secret(",
    replace: "this.kubeconfig = pulumi.output(",
    tests: ["test/graph/existing-cluster.test.ts", "test/graph/secrets.test.ts"],
  },
  {
    title: "test runner: what tests leave is not told",
    file: "test/runner/leaks.ts",
    find: "!known.has(text) && !isAtWork(maker)",
    replace: "!known.has(text) && isAtWork(maker)",
    tests: ["test/unit/runner/leaks.test.ts"],
  },
  {
    title: "test runner: a layer without a test passes",
    file: "test/runner/layers.ts",
    find: "(exitCode !== 0 || tests.length === 0)",
    replace: "exitCode !== 0",
    tests: ["test/unit/runner/results.test.ts"],
  },
  {
    title: "test runner: CI passes a layer whose tools can't be had",
    file: "test/runner/layers.ts",
    find: "return inCI",
    replace: "return !inCI",
    tests: ["test/unit/runner/results.test.ts"],
  },
];
