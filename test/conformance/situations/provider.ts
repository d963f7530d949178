import { exampleCall } from "../../../conformance/calls.ts";
import { placeOf } from "../../../conformance/documents.ts";
import { expectClose } from "../../../conformance/socket/client.ts";
import { startProvider } from "../../support/oidc-provider.ts";
import { startServer } from "../../support/start-server.ts";
import { judgeAt, promises } from "./situation.ts";
import type { Judge, Situation } from "./situation.ts";

const notReady = { status: 503, code: "not_ready" } as const;

/** What an OpenID provider brings with it: people who log in there, and that it may be away. */
export const provider: readonly Situation[] = [
  {
    name: "two people who log in at an OpenID provider, which is away when the second comes back",
    async meet(t) {
      const openid = await startProvider(t);
      const judge = await judgeAt(await startServer(t, { env: openid.env }), { oidc: true });
      const [first, second] = [await begin(judge), await begin(judge)];
      const back = await openid.logIn(first.location, "first");
      await comeBack(judge, back.searchParams, first.headers, 302);
      const late = await openid.logIn(second.location, "second");
      await openid.stop();
      await comeBack(judge, late.searchParams, second.headers, notReady.status);
      return judge.verdict();
    },
  },
  {
    name: "an OpenID provider that has never been there",
    async meet(t) {
      const openid = await startProvider(t);
      const key = await openid.accessToken();
      await openid.stop();
      const server = await startServer(t, { env: openid.env });
      const judge = await judgeAt({ ...server, key }, { oidc: true });
      const suits = promises(notReady.status, notReady.code);
      await judge.askAll((operation) => suits(operation) && operation.needsCredentials, notReady);
      await judge.ask(exampleCall(judge.world, judge.operation("oidc.login")), notReady);
      const { channel, probe } = judge;
      const [close] = channel.closeCodes.filter(({ code }) => code === 1013);
      const path = { conversation_id: "0".repeat(32) };
      await expectClose(probe, channel, { path }, 1013, close ? placeOf(close.node) : "");
      return [...judge.verdict(), "socket/events/close-1013"];
    },
  },
];

/** Begins a login. @returns where the browser is sent, and the cookie that it keeps */
async function begin({ world, ask, operation }: Judge): Promise<{ location: string; headers: { Cookie: string } }> {
  const answer = await ask(exampleCall(world, operation("oidc.login")), { status: 302 });
  const [cookie = ""] = answer.headers.getSetCookie();
  return { location: answer.headers.get("location") ?? "", headers: { Cookie: cookie.split(";")[0] ?? "" } };
}

async function comeBack(
  { world, ask, operation }: Judge,
  query: URLSearchParams,
  headers: { Cookie: string },
  status: number,
): Promise<void> {
  const call = exampleCall(world, operation("oidc.callback"));
  await ask({ ...call, query: Object.fromEntries(query), headers }, { status });
}
