// The least that express 5 can do: send the bytes that this server sends, and read the body that it reads.
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import express from "express";
import type { Response } from "express";

const bytes = readFileSync(process.env["BYTES"] ?? "");
const app = express().disable("etag").disable("x-powered-by");

app.get("/", (_req, res) => send(res));
app.post("/", express.json({ limit: "4mb" }), (_req, res) => send(res));

const server = app.listen(0, "127.0.0.1", () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}/`); // a TCP server's address
});

function send(res: Response): void {
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  res.setHeader("Content-Length", bytes.length);
  res.end(bytes);
}
