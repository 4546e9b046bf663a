import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plan } from "../../../../planning/plan.ts";
import { formatProblem } from "../../../../planning/topology/problem.ts";
import type { ClusterSpec } from "../../../../planning/topology.ts";

const twoContexts = `
current-context: one
contexts:
  - { name: one, context: { cluster: one, user: me } }
  - { name: two, context: { cluster: two, user: me } }
users: [{ name: me, user: { token: s3cret } }]
`;

/** All that is said about clusters, where the file \`both` is a kubeconfig of two contexts. */
function problems(clusters: readonly ClusterSpec[], both = twoContexts): string[] {
  const result = plan(
    { clusters },
    {
      name: "lab",
      kubeconfigs: {
        readFile: (path) => {
          if (path !== "both") throw new Error("there is no such file");
          return both;
        },
      },
    },
  );
  return result.ok ? [] : result.problems.map(formatProblem);
}

describe("a kubeconfig that a topology names", () => {
  it("is read, and has the context", () => {
    assert.deepEqual(problems([{ name: "a", kubeconfig: "both" }, { name: "b" }]), []);
    assert.deepEqual(problems([{ name: "a", kubeconfig: "both", context: "two" }]), []);
  });

  it("is one file, whose path no shell expands", () => {
    for (const [kubeconfig, said] of [
      ["~/a:~/b", /names several files.*KUBECONFIG=~\/a:~\/b kubectl config view --flatten/],
      ["$KUBE/config", /no such file \(\$KUBE is not expanded/],
      ["~me/config", /no such file \(~me is not expanded/],
    ] as const) {
      assert.match(problems([{ name: "a", kubeconfig }]).join(), said);
    }
  });

  it("is told of where it can't be read, with all other problems", () => {
    assert.deepEqual(
      problems([
        { name: "a", kubeconfig: "none" },
        { name: "b", kubeconfig: "both", context: "tow" },
        { name: "c", context: "one" },
      ]),
      [
        'clusters[0].kubeconfig: "none" can\'t be read: there is no such file ' +
          "(write the path of the cluster's kubeconfig)",
        'clusters[1].context: "tow" is not a context of "both", which has "one", "two" ' +
          '(did you mean "two"?)',
        'clusters[2].context: context applies to existing clusters, and "c" has no kubeconfig ' +
          "(leave out context, or add kubeconfig)",
      ],
    );
  });

  it("is refused with a proxy that kubectl doesn't know, of which no password is told", () => {
    const withProxy = (proxy: string) =>
      `${twoContexts}clusters: [{ name: two, cluster: { proxy-url: "${proxy}" } }]`;
    const two = [{ name: "a", kubeconfig: "both", context: "two" }];
    assert.deepEqual(problems(two, withProxy("socks5://127.0.0.1:1080")), []);
    assert.deepEqual(problems(two, withProxy("socks4://me:s3cret@127.0.0.1:1080")), [
      'clusters[0].kubeconfig: proxy-url of its cluster in "both" names a proxy of the kind socks4 ' +
        "(write http://, https:// or socks5://)",
    ]);
    // The other context leads to another cluster.
    const one = [{ name: "a", kubeconfig: "both", context: "one" }];
    assert.deepEqual(problems(one, withProxy("socks4://127.0.0.1:1080")), []);
  });

  it("may have another current context than the one it was first seen by", () => {
    const without = twoContexts.replace("current-context: one", "");
    assert.deepEqual(problems([{ name: "a", kubeconfig: "both" }], without), []);
  });

  for (const [what, text] of [
    ["nothing", ""],
    ["a list", "[a]"],
    ["no YAML", "token: 's3cret"],
    ["no contexts", "clusters: []"],
  ] as const) {
    it(`is no kubeconfig with ${what} in it, of which nothing is told`, () => {
      assert.deepEqual(problems([{ name: "a", kubeconfig: "both" }], text), [
        'clusters[0].kubeconfig: "both" is not a kubeconfig: it is not YAML with contexts ' +
          "(write the path of the cluster's kubeconfig)",
      ]);
    });
  }
});
