// What a handler is given and must give, for operations with files or a redirect. Checked by tsc; never run.
import type { Readable } from "node:stream";
import type { FileBytes, Handler, RequestOf, ResponseOf, UploadedFile, contract } from "../../contract/index.ts";

type Equal<Left, Right> =
  (<Probe>() => Probe extends Left ? 1 : 2) extends <Probe>() => Probe extends Right ? 1 : 2 ? true : false;

/** Compiles when the type argument is `true`. */
declare function check<_Type extends true>(): void;
declare const bytes: Readable;

type Upload = typeof contract.files.upload;
type Zip = typeof contract.files.zip;

check<Equal<RequestOf<Upload>["upload"], AsyncIterable<UploadedFile>>>();
check<Equal<ResponseOf<Zip>["body"], FileBytes>>();
check<Equal<ResponseOf<Zip>["status"], 200>>();
// @ts-expect-error -- only an upload has files
export type None = RequestOf<Zip>["upload"];

export const zip: Handler<Zip, object> = async () => ({ status: 200, body: bytes });
// @ts-expect-error -- a download is bytes
export const json: Handler<Zip, object> = async () => ({ status: 200, body: { success: true } });
// @ts-expect-error -- a download is 200
export const accepted: Handler<Zip, object> = async () => ({ status: 202, body: bytes });
// @ts-expect-error -- an upload is answered in JSON
export const upload: Handler<Upload, object> = async () => ({ status: 200, body: bytes });

type Login = typeof contract.oidc.login;
export const redirect: Handler<Login, object> = async () => ({ status: 302, headers: { Location: "/" } });
// @ts-expect-error -- a redirect leads somewhere
export const nowhere: Handler<Login, object> = async () => ({ status: 302, headers: { "Set-Cookie": ["a=b"] } });
// @ts-expect-error -- a redirect has no body
export const page: Handler<Login, object> = async () => ({ status: 302, headers: { Location: "/" }, body: "Go on." });
// @ts-expect-error -- a redirect is 302
export const kept: Handler<Login, object> = async () => ({ status: 307, headers: { Location: "/" } });
