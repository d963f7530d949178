import { exampleCall, withBody } from "../../../conformance/calls.ts";
import { placeOf } from "../../../conformance/documents.ts";
import { connected, expectClose } from "../../../conformance/socket/client.ts";
import { caller, createConversation } from "../../support/api.ts";
import { startProvider } from "../../support/oidc-provider.ts";
import { startServer } from "../../support/start-server.ts";
import { judgeAt, promises } from "./situation.ts";
import type { Situation } from "./situation.ts";

const limited = { status: 429, code: "rate_limited" } as const;
const suits = promises(limited.status, limited.code);

/** Limits that the operator sets, so low that they are met at once. */
export const limits: readonly Situation[] = [
  {
    name: "a user who may make one request in an hour",
    async meet(t) {
      const server = await startServer(t, { env: { RATE_LIMIT_USER: "1/hour" } });
      await caller(server)("GET", "/api/keys");
      const judge = await judgeAt(server);
      await judge.askAll((operation) => suits(operation) && operation.needsCredentials, limited);
      return judge.verdict();
    },
  },
  {
    name: "an address that may make one request in an hour",
    async meet(t) {
      const { env } = await startProvider(t);
      const server = await startServer(t, { env: { ...env, RATE_LIMIT_ADDRESS: "1/hour" } });
      await caller(server)("GET", "/saas");
      const judge = await judgeAt(server, { oidc: true });
      await judge.askAll((operation) => suits(operation) && !operation.needsCredentials, limited);
      return judge.verdict();
    },
  },
  {
    name: "a user who is new, may choose ids and may have one socket",
    async meet(t) {
      const server = await startServer(t, { env: { ALLOW_SET_CONVERSATION_ID: "on", MAX_SOCKETS_PER_USER: "1" } });
      const { world, channel, probe, ask, operation, verdict } = await judgeAt(server);
      await ask(exampleCall(world, operation("settings.get")), { status: 404, code: "settings_not_found" });
      const path = { conversation_id: await createConversation(caller(server)) };
      const create = exampleCall(world, operation("conversations.create"));
      await ask(withBody(create, path), { status: 409, code: "conversation_exists" });
      const [close] = channel.closeCodes.filter(({ code }) => code === 4429);
      await connected(probe, channel, { path }, () =>
        expectClose(probe, channel, { path }, 4429, close ? placeOf(close.node) : ""),
      );
      return [...verdict(), "socket/events/close-4429"];
    },
  },
];
