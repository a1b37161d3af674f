// Requests to our own server: the CSRF token goes along, an answer that is not JSON is not an error.

import { session, token } from "./session.js";

const TOKEN_REFUSED = 403;
const HALF = /\p{Surrogate}/gu;

/** `{ ok, status, body }`; `status` 0 when the server could not be reached. */
export async function send(method, url, what = {}) {
  const before = token();
  const answer = await once(method, url, what);
  const renewed = answer.status === TOKEN_REFUSED && (await session()) === "here" && token() !== before;
  return renewed ? once(method, url, what) : answer;
}

async function once(method, url, { json, xml, headers = {} }) {
  const request = { method, credentials: "same-origin", headers: { Accept: "application/json", ...headers } };
  if (token()) request.headers["X-CSRF-Token"] = token();
  if (xml !== undefined) {
    request.headers["Content-Type"] = "application/xml";
    request.body = xml;
  } else if (json !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(json, whole);
  }
  try {
    const answer = await fetch(url, request);
    return { ok: answer.ok, status: answer.status, body: await content(answer) };
  } catch {
    return { ok: false, status: 0, body: null };
  }
}

/** Half a character has no bytes: it is sent as a form sends it, lest all that was typed be refused. */
export function whole(_key, value) {
  return typeof value === "string" ? value.replace(HALF, "\ufffd") : value;
}

/** The text behind `url`, or an error with its status. */
export async function fetchText(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

async function content(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
