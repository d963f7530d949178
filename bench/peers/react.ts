// The hook that partysocket has, for the comparison of `npm run size`: it gives the socket, and nothing of what came over it.
export { default as useWebSocket } from "partysocket/use-ws";
