import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { kubeconfigOfContext } from "../../../planning/clusters/kubeconfig.ts";

const text = `apiVersion: v1
kind: Config
current-context: b
contexts:
- {name: a, context: {cluster: ca, user: ua, namespace: shop}}
- {name: b, context: {cluster: cb, user: ub}}
clusters:
- name: ca
  cluster: {server: "https://a", certificate-authority: ./a.crt}
- name: cb
  cluster: {server: "https://b"}
users:
- name: ua
  user: {token: 0123}
- name: ub
  user: {token: secret-of-b}
`;

describe("a kubeconfig with one of its contexts", () => {
  it("holds nothing of the others, and the rest as it was written", () => {
    const one = kubeconfigOfContext(text, "a", "/home/me");
    assert.doesNotMatch(one, /secret-of-b|https:\/\/b/);
    // For YAML it is a number; Kubernetes reads the text.
    assert.match(one, /token: 0123\b/);
    const { clusters, contexts, ...rest } = parse(one) as Record<string, unknown>;
    assert.deepEqual(clusters, [
      { name: "ca", cluster: { server: "https://a", "certificate-authority": "/home/me/a.crt" } },
    ]);
    assert.deepEqual(contexts, [
      { name: "a", context: { cluster: "ca", user: "ua", namespace: "shop" } },
    ]);
    assert.equal(rest["current-context"], "a");
    assert.equal(kubeconfigOfContext(one, "a", "/elsewhere"), one);
  });

  it("works wherever it is written: its paths are absolute", () => {
    const withPaths = JSON.stringify({
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
      clusters: [{ name: "a", cluster: { "certificate-authority": "../a.crt" } }],
      users: [
        {
          name: "a",
          user: {
            "client-certificate": "me.crt",
            "client-key": "/keys/me.key",
            tokenFile: "token",
            exec: { command: "./bin/plugin", args: ["./as-it-is"] },
          },
        },
      ],
    });
    const { clusters, users } = parse(kubeconfigOfContext(withPaths, "a", "/home/me")) as Record<
      string,
      object[]
    >;
    assert.deepEqual(clusters, [
      { name: "a", cluster: { "certificate-authority": "/home/a.crt" } },
    ]);
    assert.deepEqual(users, [
      {
        name: "a",
        user: {
          "client-certificate": "/home/me/me.crt",
          "client-key": "/keys/me.key",
          tokenFile: "/home/me/token",
          exec: { command: "/home/me/bin/plugin", args: ["./as-it-is"] },
        },
      },
    ]);
    const inPath = withPaths.replace("./bin/plugin", "aws");
    assert.match(kubeconfigOfContext(inPath, "a", "/home/me"), /"command": ?"aws"|command: aws/);
  });

  it("is JSON as well", () => {
    const json = JSON.stringify(parse(text));
    assert.doesNotMatch(kubeconfigOfContext(json, "a", "/home/me"), /secret-of-b/);
  });

  it("stays whole where there is no such context, for whoever uses it to say so", () => {
    for (const other of [text, "", "no: [yaml", "just words"]) {
      assert.equal(kubeconfigOfContext(other, "c", "/home/me"), other);
    }
  });
});
