import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resolvePath, unexpanded } from "../../../system/resolve-path.ts";

describe("a path in a topology", () => {
  const resolved = (file: string) => resolvePath("/stacks", file, "/home/me");

  it("starts at the topology, or at the home directory where it says so", () => {
    for (const [file, absolute] of [
      ["./east.kubeconfig", "/stacks/east.kubeconfig"],
      ["/etc/east", "/etc/east"],
      ["~/.kube/config", "/home/me/.kube/config"],
      ["~", "/home/me"],
      ["$HOME/.kube/config", "/home/me/.kube/config"],
      ["${HOME}/.kube/config", "/home/me/.kube/config"],
      ["~me/config", "/stacks/~me/config"],
      ["$HOMES/config", "/stacks/$HOMES/config"],
      ["a~/b", "/stacks/a~/b"],
    ] as const) {
      assert.equal(resolved(file), absolute, file);
    }
  });

  it("tells what is not expanded", () => {
    assert.match(unexpanded("$KUBE/config") ?? "", /^\$KUBE is not expanded/);
    assert.match(unexpanded("~me/config") ?? "", /^~me is not expanded/);
    assert.equal(unexpanded("./config"), undefined);
  });
});
