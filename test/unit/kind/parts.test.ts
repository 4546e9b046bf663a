import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { withTtl } from "../../../providers/kind/coredns.ts";
import { explainKindFailure, PortTakenError } from "../../../providers/kind/kind-failure.ts";
import { parseStamp, stampPath } from "../../../providers/kind/ownership.ts";
import { hostsToml } from "../../../providers/kind/registry-mirrors.ts";
import { unclaimedUnit } from "../../../providers/kind/unclaimed-addresses.ts";

describe("a node's stamp", () => {
  it("comes back from Docker's list of mount points, whatever the owner is called", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: "grapheme" }),
        fc.string({ minLength: 1 }),
        (owner, generation) => {
          const path = stampPath({ owner, generation });
          assert.doesNotMatch(path, /[:,\s]/);
          assert.deepEqual(parseStamp(["/var", path]), { owner, generation });
        },
      ),
    );
  });

  it("is not seen where there is none", () => {
    assert.equal(parseStamp(["/var", "/kind/linkerd-topology/owner", "/lib/modules"]), undefined);
  });
});

describe("CoreDNS's TTL", () => {
  const corefile = (ttl: string) => `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
${ttl}    }
    prometheus :9153
    cache 30 {
       disable success cluster.local
    }
}
`;

  it("is changed in the block of the cluster's own names alone", () => {
    assert.equal(withTtl(corefile("       ttl 30\n"), 5), corefile("       ttl 5\n"));
    assert.equal(withTtl(corefile("       ttl 5\n"), 5), corefile("       ttl 5\n"));
  });

  it("is added where there is none", () => {
    assert.equal(withTtl(corefile(""), 5), corefile("       ttl 5\n"));
  });
});

describe("a failure of kind", () => {
  const explain = (...log: string[]) =>
    explainKindFailure("west", log, { timedOut: false, missing: false });

  for (const [line, message] of [
    ["docker: write /var/lib: no space left on device", /the disk is full.*docker system/],
    ["Failed to create inotify object: Too many open files", /inotify.*sysctl/],
    ['ERROR: failed to create cluster: failed to pull image "kindest/node:v9"', /can't be pulled/],
    ['Head "https://registry.example/v2/": no basic auth credentials', /log in .*docker login/],
    ['could not find a log line that matches "Reached target"', /system did not come up/],
  ] as const) {
    it(`is explained: ${line}`, () => {
      const { message: text } = explain(line);
      assert.match(text, message);
      assert.ok(text.includes(line));
    });
  }

  it("names the port that is taken", () => {
    const error = explain("Bind for 0.0.0.0:8080 failed: port is already allocated.");
    assert.ok(error instanceof PortTakenError);
    assert.equal(error.port, 8080);
    assert.match(error.message, /port 8080 of this machine is in use/);
  });

  it("shows the end of the log, not all of it", () => {
    const { message } = explain(...Array.from({ length: 100 }, (_, index) => `line ${index}`));
    assert.doesNotMatch(message, /line 74\b/);
    assert.match(message, /line 75\b/);
  });
});

describe("hosts.toml", () => {
  it("falls back to the registry itself", () => {
    assert.equal(
      hostsToml("registry.example", ["http://a:5000", "https://b"]),
      [
        'server = "https://registry.example"',
        "",
        '[host."http://a:5000"]',
        '  capabilities = ["pull", "resolve"]',
        "",
        '[host."https://b"]',
        '  capabilities = ["pull", "resolve"]',
        "",
      ].join("\n"),
    );
  });
});

describe("the unit for addresses that no pod and no Service has", () => {
  const unit = unclaimedUnit({ podSubnet: "10.22.72.0/21", serviceSubnet: "10.22.80.0/21" });

  it("makes the pod subnet unreachable before any pod starts, below every other route", () => {
    assert.match(unit, /^Before=kubelet\.service$/m);
    assert.match(unit, /^ExecStart=.* unreachable 10\.22\.72\.0\/21 metric 4294967295'$/m);
    assert.match(unit, /^WantedBy=multi-user\.target$/m);
  });

  it("drops what leaves for a Service, from the node or a pod, that kube-proxy doesn't know, once", () => {
    // systemd reads a single "$" as a variable of its own.
    const rule = String.raw`"\$\$chain" -d 10\.22\.80\.0/21 -j DROP`;
    const once = `iptables -w -C ${rule} .*\\|\\| iptables -w -A ${rule};`;
    assert.match(unit, new RegExp(`for chain in OUTPUT FORWARD; do ${once} done;`));
  });
});
