import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { versionStep } from "../../../providers/mesh/version-step.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

const urn = "urn:pulumi:test::test::linkerd-topology:index:VersionStep::west";
const deployments = "/apis/apps/v1/namespaces/linkerd/deployments";

describe("VersionStep", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
  });
  afterEach(() => fake.stop());

  const run = (version: string): void => {
    const labels = { "app.kubernetes.io/version": version };
    fake.put(deployments, { metadata: { name: "linkerd-destination", labels } });
  };
  const goTo = (version: string) =>
    versionStep.create(
      { urn, inputs: { kubeconfig: fake.kubeconfig, version } },
      testContext().context,
    );

  it("lets a first release come", async () => {
    await goTo("edge-26.6.3");
  });

  it("lets the next stable release come, and a build of one's own", async () => {
    run("edge-26.1.1");
    await goTo("edge-26.6.3");
    run("dev-1234");
    await goTo("edge-26.6.3");
  });

  it("refuses what the running release rules out, whatever the state says", async () => {
    run("edge-25.4.4");
    await assert.rejects(goTo("edge-26.6.3"), /stays as it is: .*Go to 2\.19 first/);
  });

  it("is no permission where it can't look", async () => {
    fake.answers.set(`${deployments}/linkerd-destination`, {
      status: 403,
      body: { reason: "Forbidden", message: "not you" },
    });
    await assert.rejects(goTo("edge-26.6.3"), /not you/);
  });

  it("refuses already in a preview, by the release before", async () => {
    const kubeconfig = fake.kubeconfig;
    const { failures } = await versionStep.check({
      urn,
      olds: { kubeconfig, version: "edge-25.4.4" },
      news: { kubeconfig, version: "edge-26.6.3" },
    });
    assert.match(failures?.[0]?.reason ?? "", /more than one stable release/);
    assert.deepEqual(fake.requests, []);
  });
});
