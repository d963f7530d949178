// A process of its own that appends to the conversations of a store, several at a time, until it is killed or done.
//   STORE=SQLite DATA_DIR=… or STORE=PostgreSQL DATABASE_URL=…   node appending-process.ts NAME BURSTS CONVERSATION…
import { openStore } from "../../server/store/open-store.ts";
import { readConfig } from "../../server/config.ts";
import { messageDraft } from "./event-log.ts";

/** What the process prints for each append that has been acknowledged. */
export interface Acknowledgement {
  readonly conversation: string;
  readonly ids: readonly number[];
  readonly message: string;
}

const [name = "", bursts = "0", ...conversations] = process.argv.slice(2);
const store = await openStore(readConfig(process.env), () => new Date().toISOString());

for (let burst = 0; burst < Number(bursts); burst += 1) {
  // Each process has the conversations in another order: whoever locked them as they come would wait for ever.
  const order = burst % 2 === 0 ? conversations : conversations.toReversed();
  await Promise.all(
    [...order, ...order].map((conversation, index) => append(conversation, `${name} ${burst} ${index}`)),
  );
}
await store.close();

async function append(conversation: string, message: string): Promise<void> {
  const events = await store.events.append(conversation, [messageDraft(message), messageDraft(message)]);
  if (!events) throw new Error(`There is no conversation ${conversation}.`);
  const acknowledgement: Acknowledgement = { conversation, ids: events.map(({ id }) => id), message };
  console.log(JSON.stringify(acknowledgement));
}
